import { failed, isJsonObject, ok, parseJson, type Result } from '@postern/kernel';
import { vaultId, type VaultId } from '@postern/protocol';
import * as v from 'valibot';
import { readMac, withMac } from '../primitives/maced-json.ts';
import type { StableKey } from '../slots/stable-key.ts';
import type { Damage, VaultFailure } from '../vault-failure.ts';

/** The end of the audit log at one time. The log must still contain it later. */
export interface AuditHead {
  /** The number of records in the log. */
  readonly count: number;
  /** The hash of the last record, hexadecimal or base64url. */
  readonly hash: string;
  readonly atMs: number;
}

/** The newest generation of each of the vault's files, so that a rollback to an older file is noticed. */
export interface AnchorRecord {
  /** How many times the anchor itself was written. */
  readonly revision: number;
  /** The generations of `slots.json` and of the secrets file. */
  readonly slots: number;
  readonly secrets: number;
  readonly audit: AuditHead | undefined;
}

/** A record as read: well formed and undamaged, but its MAC isn't checked yet. */
export interface UnverifiedAnchor {
  readonly vaultId: VaultId;
  readonly record: AnchorRecord;
  isVerifiedBy(stableKey: StableKey): boolean;
}

export const ANCHOR_FILE = 'anchor.json';
export const MAX_ANCHOR_BYTES = 4096;
const FORMAT = 'postern-anchor';
const VERSION = 1;
const MAC_PURPOSE = 'postern/v1/anchor-mac';

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const AnchorSchema = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  vaultId: v.pipe(
    v.string(),
    v.check((text) => vaultId.parse(text) !== undefined),
    v.transform((text) => vaultId.from(text)),
  ),
  revision: natural,
  slots: natural,
  secrets: natural,
  audit: v.nullable(
    v.strictObject({
      count: natural,
      hash: v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/)),
      atMs: natural,
    }),
  ),
});

/**
 * One line of JSON with a MAC, without a line feed. The MAC's key is derived from the stable key, so
 * the anchor stays valid when the data key changes.
 */
export function encodeAnchor(vault: VaultId, record: AnchorRecord, stableKey: StableKey): string {
  const { revision, slots, secrets, audit = null } = record;
  const start = { format: FORMAT, version: VERSION, vaultId: vault };
  const json = JSON.stringify({ ...start, revision, slots, secrets, audit });
  return withMac(json, stableKey.derive(MAC_PURPOSE));
}

export function decodeAnchor(text: string): Result<UnverifiedAnchor, VaultFailure> {
  const maced = readMac(text);
  if (!maced.ok) return damaged(maced.failure.reason);
  const json = parseJson(maced.value.json, { maxDepth: 4 });
  if (!json.ok || !isJsonObject(json.value)) return damaged('malformed');
  const { version } = json.value;
  if (typeof version === 'number' && Number.isInteger(version) && version > VERSION) {
    return failed({ reason: 'version-unknown', file: ANCHOR_FILE });
  }
  const parsed = v.safeParse(AnchorSchema, json.value);
  if (!parsed.success) return damaged('malformed');
  const { vaultId: vault, revision, slots, secrets, audit } = parsed.output;
  return ok({
    vaultId: vault,
    record: { revision, slots, secrets, audit: audit ?? undefined },
    isVerifiedBy: (stableKey) => maced.value.isVerifiedBy(stableKey.derive(MAC_PURPOSE)),
  });
}

function damaged(damage: Damage): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: ANCHOR_FILE, damage });
}
