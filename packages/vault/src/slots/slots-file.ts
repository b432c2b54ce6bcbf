import { decodeUtf8, failed, isJsonObject, ok, parseJson, type Result } from '@postern/kernel';
import { vaultId, type VaultId } from '@postern/protocol';
import * as v from 'valibot';
import type { KdfCosts } from '../kdf-costs.ts';
import { readMac, withMac, type MacedJson } from '../primitives/maced-json.ts';
import type { Damage, VaultFailure, VaultStorage } from '../vault-failure.ts';
import type { DataKey } from './data-key.ts';
import type { SealedStableKey } from './stable-key.ts';
import { base64urlOf, hasAcceptedCosts, requiresBoth, SlotSchema, type Slot } from './slot.ts';

/** The header of a vault: its id, where its secrets are stored, and its key slots. */
export interface SlotsHeader {
  /**
   * How many times the header was written, from 1. Headers of version 1 have no count and get 0. If
   * it is 1 or more, an anchor was written too, and a missing anchor was removed.
   */
  readonly generation: number;
  readonly vaultId: VaultId;
  readonly dataKeyId: string;
  readonly storage: VaultStorage;
  readonly createdAtMs: number;
  readonly slots: readonly Slot[];
  /** Called `lasting` in the file. */
  readonly stableKey: SealedStableKey;
}

/** A header as read: well formed and undamaged, but its MAC isn't checked yet. */
export interface UnverifiedSlots {
  readonly header: SlotsHeader;
  /** Whether exactly this header was written with this data key. */
  isVerifiedBy(dataKey: DataKey): boolean;
}

export const SLOTS_FILE = 'slots.json';
export const MAX_SLOTS_BYTES = 65_536;
const MAX_SLOTS = 16;
const VERSION = 2;
/** Of a header with a slot that versions 1 and 2 don't have, so that older readers say so. */
const VERSION_OF_BOTH = 3;
const MAC_PURPOSE = 'postern/v1/slots-mac';

const members = {
  format: v.literal('postern-slots'),
  vaultId: v.pipe(
    v.string(),
    v.check((text) => vaultId.parse(text) !== undefined),
    v.transform((text) => vaultId.from(text)),
  ),
  dataKeyId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16}$/)),
  storage: v.picklist(['keyring', 'file']),
  createdAtMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  slots: v.pipe(v.array(SlotSchema), v.minLength(1), v.maxLength(MAX_SLOTS)),
  /** The stable key, AES-256-GCM under a key derived from the data key. */
  lasting: v.strictObject({ nonce: base64urlOf(12), wrapped: base64urlOf(48) }),
};

const generation = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const HeaderSchema = v.variant('version', [
  v.strictObject({ ...members, version: v.literal(1) }),
  v.strictObject({
    ...members,
    version: v.literal(VERSION),
    generation,
  }),
  v.strictObject({ ...members, version: v.literal(VERSION_OF_BOTH), generation }),
]);

/**
 * One line of JSON with a MAC. The MAC's key is derived from the data key. A header of generation 0
 * is written as version 1, and one with a slot for passphrase and keyring together as version 3.
 */
export function encodeSlots(header: SlotsHeader, dataKey: DataKey): Buffer {
  const { vaultId: vault, generation, dataKeyId, storage, createdAtMs, slots, stableKey } = header;
  const version = requiresBoth(header) ? VERSION_OF_BOTH : VERSION;
  const form = generation === 0 ? { version: 1 } : { version, generation };
  const start = { format: 'postern-slots', ...form, vaultId: vault, dataKeyId, storage };
  const json = JSON.stringify({ ...start, createdAtMs, slots, lasting: stableKey });
  return Buffer.from(`${withMac(json, dataKey.derive(MAC_PURPOSE))}\n`, 'utf8');
}

/** Parses strictly, and checks every key derivation cost before anything is derived. */
export function decodeSlots(
  bytes: Uint8Array,
  costs: KdfCosts,
): Result<UnverifiedSlots, VaultFailure> {
  const maced = macedOf(bytes);
  if (!maced.ok) return maced;
  const json = parseJson(maced.value.json, { maxDepth: 8 });
  if (!json.ok || !isJsonObject(json.value)) return damaged('malformed');
  if (isNewer(json.value['version'])) {
    return failed({ reason: 'version-unknown', file: SLOTS_FILE });
  }
  const parsed = v.safeParse(HeaderSchema, json.value);
  if (!parsed.success) return damaged(damageOf(parsed.issues));
  const { vaultId: vault, dataKeyId, storage, createdAtMs, slots } = parsed.output;
  if (!slots.every((slot) => hasAcceptedCosts(slot, costs))) return damaged('parameters');
  const isOfBoth = parsed.output.version === VERSION_OF_BOTH;
  if (!(isOfBoth ? hasBothAlone(parsed.output) : !requiresBoth({ slots }))) {
    return damaged('malformed');
  }
  const generation = parsed.output.version === 1 ? 0 : parsed.output.generation;
  const { lasting: stableKey } = parsed.output;
  return ok({
    header: { generation, vaultId: vault, dataKeyId, storage, createdAtMs, slots, stableKey },
    isVerifiedBy: (dataKey) => maced.value.isVerifiedBy(dataKey.derive(MAC_PURPOSE)),
  });
}

/** Whether nothing but a recovery code opens the vault without the keyring or the passphrase. */
function hasBothAlone({ storage, slots }: Pick<SlotsHeader, 'storage' | 'slots'>): boolean {
  const others = slots.filter(({ kind }) => kind !== 'recovery');
  return storage === 'file' && others.length === 1 && requiresBoth({ slots: others });
}

function macedOf(bytes: Uint8Array): Result<MacedJson, VaultFailure> {
  const text = bytes.length > MAX_SLOTS_BYTES ? undefined : decodeUtf8(bytes);
  const maced = readMac(text?.endsWith('\n') === true ? text.slice(0, -1) : '');
  return maced.ok ? maced : damaged(maced.failure.reason);
}

function isNewer(version: unknown): boolean {
  return typeof version === 'number' && Number.isInteger(version) && version > VERSION_OF_BOTH;
}

/** Reports costs out of bounds as `parameters`: a hostile file would use them to stall the reader. */
function damageOf(issues: readonly v.BaseIssue<unknown>[]): Damage {
  const inKdf = issues.every(({ path }) => path?.some(({ key }) => key === 'kdf') ?? false);
  return inKdf ? 'parameters' : 'malformed';
}

function damaged(damage: Damage): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage });
}
