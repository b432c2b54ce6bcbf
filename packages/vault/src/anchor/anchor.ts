import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { decodeUtf8, encodeUtf8, failed, ok, type Result } from '@postern/kernel';
import { anchorAccount, openEntry, sealEntry } from '../keyring/keyring-entries.ts';
import { openLastingKey } from '../slots/lasting-key.ts';
import type { LastingKey } from '../slots/lasting-key.ts';
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

export type AnchorWorld = Pick<
  VaultContext,
  'disk' | 'directory' | 'randomness' | 'keyring' | 'kdfCosts'
>;

const NO_ANCHOR: AnchorRecord = { revision: 0, slots: 0, secrets: 0, audit: undefined };

/** Whether the anchor is an entry of the keyring too: where the keyring is part of the vault. */
function isAnchoredInKeyring({ storage, slots }: SlotsHeader): boolean {
  return storage === 'keyring' || slots.some(({ kind }) => kind === 'keyring');
}

/** The anchor as it is on disk; undefined where there is none. */
export async function readAnchorFile({
  disk,
  directory,
}: Pick<AnchorWorld, 'disk' | 'directory'>): Promise<
  Result<UnverifiedAnchor | undefined, VaultFailure>
> {
  const bytes = await disk.read(join(directory, ANCHOR_FILE), MAX_ANCHOR_BYTES);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return ok(undefined);
  const text = decodeUtf8(bytes.value);
  return decodeAnchor(text?.endsWith('\n') === true ? text.slice(0, -1) : '');
}

/** The record on disk, proven. A header that has no generation is of a time without anchors. */
export async function readAnchor(
  world: AnchorWorld,
  header: SlotsHeader,
  dataKey: DataKey,
): Promise<Result<AnchorRecord, VaultFailure>> {
  const anchor = await readAnchorFile(world);
  if (!anchor.ok) return anchor;
  if (anchor.value === undefined) {
    return header.generation === 0 ? ok(NO_ANCHOR) : failed(ANCHOR_MISSING);
  }
  const lasting = lastingOf(header, dataKey);
  if (!lasting.ok) return lasting;
  if (anchor.value.vaultId !== header.vaultId) return damaged('foreign');
  return anchor.value.isProvenBy(lasting.value) ? ok(anchor.value.record) : damaged('altered');
}

export const ANCHOR_MISSING = {
  reason: 'rolled-back',
  file: ANCHOR_FILE,
  how: 'missing',
} as const satisfies VaultFailure;

/** The record in the keyring. It is a second witness: no way to open the vault waits for it. */
export type AnchorEntry =
  | { readonly state: 'none' }
  /** The keyring is no part of the vault, or gives no answer. */
  | { readonly state: 'unreachable' }
  | { readonly state: 'read'; readonly record: AnchorRecord };

export async function readAnchorEntry(
  { keyring }: AnchorWorld,
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
  const lasting = lastingOf(header, dataKey);
  const proven = anchor?.ok === true && lasting.ok && anchor.value.isProvenBy(lasting.value);
  return proven ? { state: 'read', record: anchor.value.record } : { state: 'none' };
}

/**
 * Writes the record as the next revision: the file, then the keyring, which may lag behind where it
 * gives no answer. The caller holds the lock.
 */
export async function writeAnchor(
  world: AnchorWorld,
  header: SlotsHeader,
  dataKey: DataKey,
  record: AnchorRecord,
): Promise<Result<AnchorRecord, VaultFailure>> {
  const lasting = lastingOf(header, dataKey);
  if (!lasting.ok) return lasting;
  const { disk, directory, randomness, keyring } = world;
  const next = { ...record, revision: record.revision + 1 };
  const text = encodeAnchor(header.vaultId, next, lasting.value);
  const path = join(directory, ANCHOR_FILE);
  const written = await writeAtomically(disk, path, encodeUtf8(`${text}\n`), randomness);
  if (!written.ok) return written;
  if (isAnchoredInKeyring(header)) {
    const account = anchorAccount(header.vaultId);
    await keyring.set(account, sealEntry(account, { anchor: text }));
  }
  return ok(next);
}

/** Writes what changed into the anchor. The caller holds the lock and wrote the file that changed. */
export async function followAnchor(
  world: AnchorWorld,
  header: SlotsHeader,
  dataKey: DataKey,
  changed: Partial<AnchorRecord>,
): Promise<Result<AnchorRecord, VaultFailure>> {
  const record = await readAnchor(world, header, dataKey);
  if (!record.ok) return record;
  return await writeAnchor(world, header, dataKey, { ...record.value, ...changed });
}

/** The entry goes where the keyring is no part of the vault any more. */
export async function forgetAnchorEntry(
  { keyring }: Pick<AnchorWorld, 'keyring'>,
  header: SlotsHeader,
): Promise<Result<undefined, VaultFailure>> {
  if (isAnchoredInKeyring(header)) return ok();
  const removed = await keyring.remove(anchorAccount(header.vaultId));
  return removed.ok ? ok() : removed;
}

function lastingOf(header: SlotsHeader, dataKey: DataKey): Result<LastingKey, VaultFailure> {
  const lasting = openLastingKey(header.lasting, dataKey);
  if (lasting !== undefined) return ok(lasting);
  return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'altered' });
}

function damaged(damage: 'foreign' | 'altered'): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: ANCHOR_FILE, damage });
}
