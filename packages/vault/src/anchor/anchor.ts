import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { decodeUtf8, encodeUtf8, failed, ok, type Result } from '@postern/kernel';
import { anchorAccount, openEntry, sealEntry } from '../keyring/keyring-entries.ts';
import { keyringSlotIds } from '../slots/slot.ts';
import { openStableKey } from '../slots/stable-key.ts';
import type { StableKey } from '../slots/stable-key.ts';
import type { DataKey } from '../slots/data-key.ts';
import { SLOTS_FILE, type SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultContext } from '../vault/vault-context.ts';
import {
  ANCHOR_FILE,
  decodeAnchor,
  encodeAnchor,
  MAX_ANCHOR_BYTES,
  type AnchorRecord,
  type UnverifiedAnchor,
} from './anchor-file.ts';

export type AnchorContext = Pick<
  VaultContext,
  'disk' | 'directory' | 'randomness' | 'keyring' | 'kdfCosts'
>;

const NO_ANCHOR: AnchorRecord = { revision: 0, slots: 0, secrets: 0, audit: undefined };

/** Whether there is a copy of the anchor in the keyring: only if the vault uses the keyring. */
function isAnchoredInKeyring(header: SlotsHeader): boolean {
  return header.storage === 'keyring' || keyringSlotIds(header).length > 0;
}

/** The anchor as it is on disk; undefined if there is none. */
export async function readAnchorFile({
  disk,
  directory,
}: Pick<AnchorContext, 'disk' | 'directory'>): Promise<
  Result<UnverifiedAnchor | undefined, VaultFailure>
> {
  const bytes = await disk.read(join(directory, ANCHOR_FILE), MAX_ANCHOR_BYTES);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return ok(undefined);
  const text = decodeUtf8(bytes.value);
  return decodeAnchor(text?.endsWith('\n') === true ? text.slice(0, -1) : '');
}

/** The record on disk, verified. A header without a generation is older than anchors are. */
export async function readAnchor(
  context: AnchorContext,
  header: SlotsHeader,
  dataKey: DataKey,
): Promise<Result<AnchorRecord, VaultFailure>> {
  const anchor = await readAnchorFile(context);
  if (!anchor.ok) return anchor;
  if (anchor.value === undefined) {
    return header.generation === 0 ? ok(NO_ANCHOR) : failed(ANCHOR_MISSING);
  }
  const stableKey = stableKeyOf(header, dataKey);
  if (!stableKey.ok) return stableKey;
  if (anchor.value.vaultId !== header.vaultId) return damaged('foreign');
  return anchor.value.isVerifiedBy(stableKey.value) ? ok(anchor.value.record) : damaged('altered');
}

export const ANCHOR_MISSING = {
  reason: 'rolled-back',
  file: ANCHOR_FILE,
  how: 'missing',
} as const satisfies VaultFailure;

/** The copy of the record in the keyring. Opening the vault works without it. */
export type AnchorEntry =
  | { readonly state: 'none' }
  /** The vault doesn't use the keyring, or the keyring can't be reached. */
  | { readonly state: 'unreachable' }
  | { readonly state: 'read'; readonly record: AnchorRecord };

export async function readAnchorEntry(
  { keyring }: AnchorContext,
  header: SlotsHeader,
  dataKey: DataKey,
): Promise<AnchorEntry> {
  if (!isAnchoredInKeyring(header)) return { state: 'unreachable' };
  const account = anchorAccount(header.vaultId);
  const value = await keyring.get(account);
  if (!value.ok) return { state: 'unreachable' };
  if (value.value === undefined) return { state: 'none' };
  const entry = openEntry(account, value.value);
  const text = entry.state === 'sound' ? entry.members['anchor'] : undefined;
  const anchor = typeof text === 'string' ? decodeAnchor(text) : undefined;
  const stableKey = stableKeyOf(header, dataKey);
  const proven = anchor?.ok === true && stableKey.ok && anchor.value.isVerifiedBy(stableKey.value);
  return proven ? { state: 'read', record: anchor.value.record } : { state: 'none' };
}

/**
 * Writes the record as the next revision: to the file, then to the keyring. If the keyring can't be
 * reached, its copy stays behind. The caller holds the lock.
 */
export async function writeAnchor(
  context: AnchorContext,
  header: SlotsHeader,
  dataKey: DataKey,
  record: AnchorRecord,
): Promise<Result<AnchorRecord, VaultFailure>> {
  const stableKey = stableKeyOf(header, dataKey);
  if (!stableKey.ok) return stableKey;
  const { disk, directory, randomness, keyring } = context;
  const next = { ...record, revision: record.revision + 1 };
  const text = encodeAnchor(header.vaultId, next, stableKey.value);
  const path = join(directory, ANCHOR_FILE);
  const written = await writeAtomically(disk, path, encodeUtf8(`${text}\n`), randomness);
  if (!written.ok) return written;
  if (isAnchoredInKeyring(header)) {
    const account = anchorAccount(header.vaultId);
    await keyring.set(account, sealEntry(account, { anchor: text }));
  }
  return ok(next);
}

/** Updates some members of the anchor after their file was written. The caller holds the lock. */
export async function updateAnchor(
  context: AnchorContext,
  header: SlotsHeader,
  dataKey: DataKey,
  changed: Partial<AnchorRecord>,
): Promise<Result<AnchorRecord, VaultFailure>> {
  const record = await readAnchor(context, header, dataKey);
  if (!record.ok) return record;
  return await writeAnchor(context, header, dataKey, { ...record.value, ...changed });
}

/** Removes the anchor from the keyring if the vault no longer uses the keyring. */
export async function removeUnusedAnchorEntry(
  { keyring }: Pick<AnchorContext, 'keyring'>,
  header: SlotsHeader,
): Promise<Result<undefined, VaultFailure>> {
  if (isAnchoredInKeyring(header)) return ok();
  const removed = await keyring.remove(anchorAccount(header.vaultId));
  return removed.ok ? ok() : removed;
}

function stableKeyOf(header: SlotsHeader, dataKey: DataKey): Result<StableKey, VaultFailure> {
  const stableKey = openStableKey(header.stableKey, dataKey);
  if (stableKey !== undefined) return ok(stableKey);
  return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'altered' });
}

function damaged(damage: 'foreign' | 'altered'): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: ANCHOR_FILE, damage });
}
