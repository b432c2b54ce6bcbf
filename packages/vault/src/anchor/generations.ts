import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { readSecrets, type StoreGenerations } from '../file/file-store.ts';
import { generationOf, SECRETS_FILE, SECRETS_KIND, sealSecrets } from '../file/secrets-file.ts';
import { recordsToWire } from '../record-wire.ts';
import type { DataKey } from '../slots/data-key.ts';
import { readVerifiedSlots, readSlots, writeSlots } from '../slots/read-slots.ts';
import { SLOTS_FILE, type SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultContext } from '../vault/vault-context.ts';
import { ANCHOR_FILE, type AnchorRecord } from './anchor-file.ts';
import {
  ANCHOR_MISSING,
  readAnchor,
  readAnchorEntry,
  readAnchorFile,
  writeAnchor,
  type AnchorEntry,
  type AnchorContext,
} from './anchor.ts';

/*
 * Each write of `slots.json` or the secrets file increments its generation, and then the anchor is
 * written. So a file has the generation that the anchor has for it, or the next one if a process was
 * killed between the two writes. Any other generation means that the file was rolled back or replaced.
 */

/** The generations on disk. `secrets` is undefined with keyring storage, or if the file can't be read. */
interface Found {
  readonly slots: number;
  readonly secrets: number | undefined;
}

/** A header and the anchor that matches it. */
export interface Current {
  readonly header: SlotsHeader;
  readonly record: AnchorRecord;
}

type Context = AnchorContext & Pick<VaultContext, 'lock' | 'isReadOnly'>;

/**
 * Checks, without a key, whether a file is older than the anchor. A write at the same time can't
 * cause a false alarm: the anchor is read first, and generations only grow.
 */
export async function findRollback(
  context: Pick<AnchorContext, 'disk' | 'directory' | 'kdfCosts'>,
): Promise<Result<undefined, VaultFailure>> {
  const anchor = await readAnchorFile(context);
  if (!anchor.ok) return anchor;
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value === undefined) return ok();
  const { header } = slots.value;
  const secrets = await secretsGeneration(context, header);
  if (!secrets.ok) return secrets;
  const found = { slots: header.generation, secrets: secrets.value };
  if (anchor.value === undefined) return expectNoGeneration(found);
  const older = olderFile(anchor.value.record, found);
  return older === undefined ? ok() : rolledBack(older);
}

/**
 * Compares every file with the anchor. Also updates the anchor if a process was killed before it
 * could, and gives generations to a vault of version 1. If the vault is read-only or can't be written
 * now, nothing is updated.
 */
export async function checkGenerations(
  context: Context,
  dataKey: DataKey,
): Promise<Result<SlotsHeader, VaultFailure>> {
  const seen = await compare(context, dataKey);
  if (seen.ok && seen.value.isCurrent) return ok(seen.value.header);
  if (context.isReadOnly) {
    // Another process may have written a file between the reads.
    const again = await compare(context, dataKey);
    return again.ok ? ok(again.value.header) : again;
  }
  return await context.lock.hold(async () => {
    const found = await compare(context, dataKey);
    if (!found.ok) return found;
    const updated = await bringUpToDate(context, dataKey, found.value);
    return ok(updated.ok ? updated.value.header : found.value.header);
  });
}

/** As `checkGenerations`, but fails if the anchor can't be updated. The caller holds the lock. */
export async function syncAnchor(
  context: AnchorContext,
  dataKey: DataKey,
): Promise<Result<Current, VaultFailure>> {
  const found = await compare(context, dataKey);
  return found.ok ? await bringUpToDate(context, dataKey, found.value) : found;
}

/**
 * Accepts a deliberate rollback: the files on disk become the newest. They and the anchor get a
 * generation higher than any that is known. The caller holds the lock.
 */
export async function acceptGenerations(
  context: AnchorContext,
  dataKey: DataKey,
): Promise<Result<Current, VaultFailure>> {
  const header = await readVerifiedSlots(context, dataKey);
  if (!header.ok) return header;
  const file = await readAnchor(context, header.value, dataKey);
  const entry = await readAnchorEntry(context, header.value, dataKey);
  const known = [
    file.ok ? file.value : undefined,
    'record' in entry ? entry.record : undefined,
  ].filter((one) => one !== undefined);
  const secrets = await secretsGeneration(context, header.value);
  if (!secrets.ok) return secrets;
  const generation =
    1 +
    Math.max(
      header.value.generation,
      secrets.value ?? 0,
      ...known.flatMap((one) => [one.slots, one.secrets]),
    );
  const revision = Math.max(0, ...known.map((one) => one.revision));
  const audit = known.find((one) => one.revision === revision)?.audit;
  return await rewriteAll(context, dataKey, header.value, { revision, generation, audit });
}

/** Connects the secrets file to the anchor. */
export function storeGenerations(
  context: AnchorContext,
  header: SlotsHeader,
  dataKey: DataKey,
): StoreGenerations {
  const sync = () => syncAnchor(context, dataKey);
  return {
    newest: async () => {
      const record = await readAnchor(context, header, dataKey);
      return record.ok ? ok(record.value.secrets) : record;
    },
    beforeWrite: sync,
    afterWrite: sync,
  };
}

interface Compared extends Current {
  readonly found: Found;
  readonly isCurrent: boolean;
}

async function compare(
  context: AnchorContext,
  dataKey: DataKey,
): Promise<Result<Compared, VaultFailure>> {
  const before = await readVerifiedSlots(context, dataKey);
  if (!before.ok) return before;
  const record = await readAnchor(context, before.value, dataKey);
  if (!record.ok) return record;
  const entry = await readAnchorEntry(context, before.value, dataKey);
  const header = await readVerifiedSlots(context, dataKey);
  if (!header.ok) return header;
  const secrets = await secretsGeneration(context, header.value);
  if (!secrets.ok) return secrets;
  const found = { slots: header.value.generation, secrets: secrets.value };
  const newest = expectNewest(record.value, found, entry);
  if (!newest.ok) return newest;
  const isCurrent = isAnchored(record.value, found) && isKeyringCopyCurrent(record.value, entry);
  return ok({ header: header.value, record: record.value, found, isCurrent });
}

function expectNewest(
  record: AnchorRecord,
  found: Found,
  entry: AnchorEntry,
): Result<undefined, VaultFailure> {
  if (entry.state === 'read' && entry.record.revision > record.revision) {
    return rolledBack(ANCHOR_FILE);
  }
  if (record.revision === 0) return expectNoGeneration(found);
  const older =
    olderFile(record, found) ?? (isMoreThanOneAhead(record, found) ? ANCHOR_FILE : undefined);
  return older === undefined ? ok() : rolledBack(older);
}

/** Whether the anchor matches the files. A header without a generation still has to get one. */
function isAnchored(record: AnchorRecord, { slots, secrets = record.secrets }: Found): boolean {
  return slots > 0 && slots === record.slots && secrets === record.secrets;
}

/** Whether the copy in the keyring matches the file, or can't be reached. */
function isKeyringCopyCurrent({ revision }: AnchorRecord, entry: AnchorEntry): boolean {
  return entry.state === 'read'
    ? entry.record.revision === revision
    : entry.state === 'unreachable';
}

async function bringUpToDate(
  context: AnchorContext,
  dataKey: DataKey,
  { header, record, found, isCurrent }: Compared,
): Promise<Result<Current, VaultFailure>> {
  if (isCurrent) return ok({ header, record });
  const secrets = found.secrets ?? record.secrets;
  const written = await writeAnchor(context, header, dataKey, {
    ...record,
    slots: found.slots,
    secrets,
  });
  if (!written.ok || header.generation > 0)
    return written.ok ? ok({ header, record: written.value }) : written;
  const { revision, audit } = written.value;
  return await rewriteAll(context, dataKey, header, { revision, generation: 1, audit });
}

/** Writes the secrets, the header and then the anchor, all with the same generation. */
async function rewriteAll(
  context: AnchorContext,
  dataKey: DataKey,
  before: SlotsHeader,
  {
    revision,
    generation,
    audit,
  }: Pick<AnchorRecord, 'revision' | 'audit'> & { readonly generation: number },
): Promise<Result<Current, VaultFailure>> {
  const sealed =
    before.storage === 'file' ? await rewriteSecrets(context, dataKey, generation) : ok();
  if (!sealed.ok) return sealed;
  const header = { ...before, generation };
  const written = await writeSlots(context, header, dataKey);
  if (!written.ok) return written;
  const secrets = await secretsGeneration(context, header);
  if (!secrets.ok) return secrets;
  const record = { revision, slots: generation, secrets: secrets.value ?? generation, audit };
  const anchored = await writeAnchor(context, header, dataKey, record);
  return anchored.ok ? ok({ header, record: anchored.value }) : anchored;
}

/** Leaves secrets that can't be opened as they are; reading them reports why. */
async function rewriteSecrets(
  context: AnchorContext,
  dataKey: DataKey,
  generation: number,
): Promise<Result<undefined, VaultFailure>> {
  const opened = await readSecrets({ ...context, dataKey });
  if (!opened.ok) return ok();
  const wires = recordsToWire(opened.value.secrets.values());
  if (!wires.ok) return wires;
  const bytes = await sealSecrets(dataKey, opened.value.contentKey, wires.value, generation);
  const path = join(context.directory, SECRETS_FILE);
  return await writeAtomically(context.disk, path, bytes, context.randomness);
}

async function secretsGeneration(
  { disk, directory, kdfCosts }: Pick<AnchorContext, 'disk' | 'directory' | 'kdfCosts'>,
  { storage }: SlotsHeader,
): Promise<Result<number | undefined, VaultFailure>> {
  if (storage !== 'file') return ok(undefined);
  const bytes = await disk.read(join(directory, SECRETS_FILE), SECRETS_KIND.maxBytes);
  if (!bytes.ok) return bytes;
  return ok(bytes.value && generationOf(bytes.value, kdfCosts));
}

function olderFile(
  record: AnchorRecord,
  { slots, secrets = record.secrets }: Found,
): string | undefined {
  if (slots < record.slots) return SLOTS_FILE;
  return secrets < record.secrets ? SECRETS_FILE : undefined;
}

function isMoreThanOneAhead(
  record: AnchorRecord,
  { slots, secrets = record.secrets }: Found,
): boolean {
  return slots > record.slots + 1 || secrets > record.secrets + 1;
}

/** Without an anchor, no file may have a generation. */
function expectNoGeneration({ slots, secrets = 0 }: Found): Result<undefined, VaultFailure> {
  return slots === 0 && secrets === 0 ? ok() : failed(ANCHOR_MISSING);
}

function rolledBack(file: string): Result<never, VaultFailure> {
  return failed({ reason: 'rolled-back', file, how: 'older' });
}
