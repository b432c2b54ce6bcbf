import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeUtf8, failed, isJsonObject, ok, parseJson, type Result } from '@postern/kernel';
import { vaultId, type VaultId } from '@postern/protocol';
import * as v from 'valibot';
import { withDigest, withoutDigest } from '../primitives/digested-json.ts';
import type { KdfCosts } from '../kdf-costs.ts';
import type { Damage, VaultFailure, VaultStorage } from '../vault-failure.ts';
import type { DataKey } from './data-key.ts';
import type { SealedLastingKey } from './lasting-key.ts';
import { base64urlOf, hasAcceptedCosts, SlotSchema, type Slot } from './slot.ts';

/** The header of a vault: who it is, where its secrets are, and every way to open it. */
export interface SlotsHeader {
  readonly vaultId: VaultId;
  readonly dataKeyId: string;
  readonly storage: VaultStorage;
  readonly createdAtMs: number;
  readonly slots: readonly Slot[];
  readonly lasting: SealedLastingKey;
}

/** A header as read: well formed and undamaged, not yet proven by the data key. */
export interface UnverifiedSlots {
  readonly header: SlotsHeader;
  /**
   * True where the header is the one that a holder of this data key wrote: nothing in it was
   * changed, added or removed.
   */
  isProvenBy(dataKey: DataKey): boolean;
}

export const SLOTS_FILE = 'slots.json';
export const MAX_SLOTS_BYTES = 65_536;
const MAX_SLOTS = 16;
const VERSION = 1;
const MAC_PURPOSE = 'postern/v1/slots-mac';

const HeaderSchema = v.strictObject({
  format: v.literal('postern-slots'),
  version: v.literal(VERSION),
  vaultId: v.pipe(
    v.string(),
    v.check((text) => vaultId.parse(text) !== undefined),
    v.transform((text) => vaultId.from(text)),
  ),
  dataKeyId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16}$/)),
  storage: v.picklist(['keyring', 'file']),
  createdAtMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  slots: v.pipe(v.array(SlotSchema), v.minLength(1), v.maxLength(MAX_SLOTS)),
  /** The lasting key, AES-256-GCM under a key derived from the data key. */
  lasting: v.strictObject({ nonce: base64urlOf(12), wrapped: base64urlOf(48) }),
});

/**
 * One line of JSON whose last two members are a MAC under a key derived from the data key and a
 * plain SHA-256, each over all bytes before its own member. The digest tells damage apart from a wrong
 * passphrase before any key is derived; the MAC tells tampering once the vault is open.
 */
export function encodeSlots(header: SlotsHeader, dataKey: DataKey): Buffer {
  const { vaultId: vault, dataKeyId, storage, createdAtMs, slots, lasting } = header;
  const start = { format: 'postern-slots', version: VERSION, vaultId: vault, dataKeyId, storage };
  const body = JSON.stringify({ ...start, createdAtMs, slots, lasting }).slice(0, -1);
  const mac = macOf(body, dataKey).toString('base64url');
  return Buffer.from(`${withDigest(`${body},"mac":"${mac}"}`)}\n`, 'utf8');
}

/** Reads strictly; every derivation cost is within its bounds before anything is derived. */
export function decodeSlots(
  bytes: Uint8Array,
  costs: KdfCosts,
): Result<UnverifiedSlots, VaultFailure> {
  const parts = partsOf(bytes);
  if (!parts.ok) return parts;
  const { body, mac } = parts.value;
  const json = parseJson(`${body}}`, { maxDepth: 8 });
  if (!json.ok || !isJsonObject(json.value)) return damaged('malformed');
  if (isNewer(json.value['version'])) {
    return failed({ reason: 'version-unknown', file: SLOTS_FILE });
  }
  const parsed = v.safeParse(HeaderSchema, json.value);
  if (!parsed.success) return damaged(damageOf(parsed.issues));
  const { vaultId: vault, dataKeyId, storage, createdAtMs, slots, lasting } = parsed.output;
  if (!slots.every((slot) => hasAcceptedCosts(slot, costs))) return damaged('parameters');
  return ok({
    header: { vaultId: vault, dataKeyId, storage, createdAtMs, slots, lasting },
    isProvenBy: (dataKey) => timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(body, dataKey)),
  });
}

interface Parts {
  /** The JSON up to where `mac` begins, without its closing brace. */
  readonly body: string;
  readonly mac: string;
}

const PARTS = /^(?<body>.*),"mac":"(?<mac>[\w-]{43})"\}$/s;

function partsOf(bytes: Uint8Array): Result<Parts, VaultFailure> {
  const text = bytes.length > MAX_SLOTS_BYTES ? undefined : decodeUtf8(bytes);
  const proven = withoutDigest(text?.endsWith('\n') === true ? text.slice(0, -1) : '');
  if (!proven.ok) return damaged(proven.failure.reason);
  const { body, mac } = PARTS.exec(proven.value)?.groups ?? {};
  return body === undefined || mac === undefined ? damaged('malformed') : ok({ body, mac });
}

function macOf(body: string, dataKey: DataKey): Buffer {
  return createHmac('sha256', dataKey.derive(MAC_PURPOSE)).update(body, 'utf8').digest();
}

function isNewer(version: unknown): boolean {
  return typeof version === 'number' && Number.isInteger(version) && version > VERSION;
}

/** A cost out of bounds is named as such: it is how a hostile file would try to stall the reader. */
function damageOf(issues: readonly v.BaseIssue<unknown>[]): Damage {
  const inKdf = issues.every(({ path }) => path?.some(({ key }) => key === 'kdf') ?? false);
  return inKdf ? 'parameters' : 'malformed';
}

function damaged(damage: Damage): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage });
}
