import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { readSecrets, type StoreGenerations } from '../file/file-store.ts';
import { generationOf, SECRETS_FILE, SECRETS_KIND, sealSecrets } from '../file/secrets-file.ts';
import { recordsToWire } from '../record-wire.ts';
import type { DataKey } from '../slots/data-key.ts';
import { readProvenSlots, readSlots, writeSlots } from '../slots/read-slots.ts';
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
  type AnchorWorld,
} from './anchor.ts';

/*
 * Every writing of `slots.json` and of the secrets file counts its generation up by one, and is
 * followed by the anchor. So a file is what the anchor says, or one ahead of it where a process was
 * killed in between; anything else is a file of another time.
 */

/** Generations as found on disk; undefined for secrets that are elsewhere, missing or unreadable. */
interface Found {
  readonly slots: number;
  readonly secrets: number | undefined;
}

/** A header and an anchor that belong together. */
export interface Current {
  readonly header: SlotsHeader;
  readonly record: AnchorRecord;
}

type World = AnchorWorld & Pick<VaultContext, 'lock' | 'isReadOnly'>;

/**
 * Whether a file is older than the anchor says, as far as that shows without a key. What is written
 * meanwhile does not mislead it: the anchor is read first, and generations only grow.
 */
export async function findRollback(
  world: Pick<AnchorWorld, 'disk' | 'directory' | 'kdfCosts'>,
): Promise<Result<undefined, VaultFailure>> {
  const anchor = await readAnchorFile(world);
  if (!anchor.ok) return anchor;
  const slots = await readSlots(world);
  if (!slots.ok) return slots;
  if (slots.value === undefined) return ok();
  const { header } = slots.value;
  const secrets = await secretsGeneration(world, header);
  if (!secrets.ok) return secrets;
  const found = { slots: header.generation, secrets: secrets.value };
  if (anchor.value === undefined) return expectNoGeneration(found);
  const older = olderFile(anchor.value.record, found);
  return older === undefined ? ok() : rolledBack(older);
}

/**
 * Compares every file with the anchor, brings the anchor up to date where a process was killed before
 * it did, and gives a vault of version 1 its generations. A vault that is open read-only, or that
 * cannot be written now, stays as it is.
 */
export async function meetGenerations(
  world: World,
  dataKey: DataKey,
): Promise<Result<SlotsHeader, VaultFailure>> {
  const seen = await compare(world, dataKey);
  if (seen.ok && seen.value.isCurrent) return ok(seen.value.header);
  if (world.isReadOnly) {
    // Another process may have written between two of the readings.
    const again = await compare(world, dataKey);
    return again.ok ? ok(again.value.header) : again;
  }
  return await world.lock.hold(async () => {
    const found = await compare(world, dataKey);
    if (!found.ok) return found;
    const updated = await bringUp(world, dataKey, found.value);
    return ok(updated.ok ? updated.value.header : found.value.header);
  });
}

/** The same before something is written, which needs it done. The caller holds the lock. */
export async function settleGenerations(
  world: AnchorWorld,
  dataKey: DataKey,
): Promise<Result<Current, VaultFailure>> {
  const found = await compare(world, dataKey);
  return found.ok ? await bringUp(world, dataKey, found.value) : found;
}

/**
 * Takes the files as they are for the newest: the one deliberate way back. They and the anchor become
 * a generation that none of them had. The caller holds the lock.
 */
export async function acceptGenerations(
  world: AnchorWorld,
  dataKey: DataKey,
): Promise<Result<Current, VaultFailure>> {
  const header = await readProvenSlots(world, dataKey);
  if (!header.ok) return header;
  const file = await readAnchor(world, header.value, dataKey);
  const entry = await readAnchorEntry(world, header.value, dataKey);
  const known = [
    file.ok ? file.value : undefined,
    'record' in entry ? entry.record : undefined,
  ].filter((one) => one !== undefined);
  const secrets = await secretsGeneration(world, header.value);
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
  return await renew(world, dataKey, header.value, { revision, generation, audit });
}

/** The generations as the store of the secrets needs them. */
export function storeGenerations(
  world: AnchorWorld,
  header: SlotsHeader,
  dataKey: DataKey,
): StoreGenerations {
  const settle = () => settleGenerations(world, dataKey);
  return {
    newest: async () => {
      const record = await readAnchor(world, header, dataKey);
      return record.ok ? ok(record.value.secrets) : record;
    },
    settle,
    follow: settle,
  };
}

interface Compared extends Current {
  readonly found: Found;
  readonly isCurrent: boolean;
}

async function compare(
  world: AnchorWorld,
  dataKey: DataKey,
): Promise<Result<Compared, VaultFailure>> {
  const before = await readProvenSlots(world, dataKey);
  if (!before.ok) return before;
  const record = await readAnchor(world, before.value, dataKey);
  if (!record.ok) return record;
  const entry = await readAnchorEntry(world, before.value, dataKey);
  const header = await readProvenSlots(world, dataKey);
  if (!header.ok) return header;
  const secrets = await secretsGeneration(world, header.value);
  if (!secrets.ok) return secrets;
  const found = { slots: header.value.generation, secrets: secrets.value };
  const newest = expectNewest(record.value, found, entry);
  if (!newest.ok) return newest;
  const isCurrent = isAnchored(record.value, found) && isRepeated(record.value, entry);
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
  const older = olderFile(record, found) ?? (isFarAhead(record, found) ? ANCHOR_FILE : undefined);
  return older === undefined ? ok() : rolledBack(older);
}

/** Whether the anchor says of each file what it is; a header without a generation has to get one. */
function isAnchored(record: AnchorRecord, { slots, secrets = record.secrets }: Found): boolean {
  return slots > 0 && slots === record.slots && secrets === record.secrets;
}

/** Whether the keyring says what the file says, or cannot be told. */
function isRepeated({ revision }: AnchorRecord, entry: AnchorEntry): boolean {
  return entry.state === 'read'
    ? entry.record.revision === revision
    : entry.state === 'unreachable';
}

async function bringUp(
  world: AnchorWorld,
  dataKey: DataKey,
  { header, record, found, isCurrent }: Compared,
): Promise<Result<Current, VaultFailure>> {
  if (isCurrent) return ok({ header, record });
  const secrets = found.secrets ?? record.secrets;
  const written = await writeAnchor(world, header, dataKey, {
    ...record,
    slots: found.slots,
    secrets,
  });
  if (!written.ok || header.generation > 0)
    return written.ok ? ok({ header, record: written.value }) : written;
  const { revision, audit } = written.value;
  return await renew(world, dataKey, header, { revision, generation: 1, audit });
}

/** Writes secrets and header as one generation, and the anchor after them. */
async function renew(
  world: AnchorWorld,
  dataKey: DataKey,
  before: SlotsHeader,
  {
    revision,
    generation,
    audit,
  }: Pick<AnchorRecord, 'revision' | 'audit'> & { readonly generation: number },
): Promise<Result<Current, VaultFailure>> {
  const sealed = before.storage === 'file' ? await resealSecrets(world, dataKey, generation) : ok();
  if (!sealed.ok) return sealed;
  const header = { ...before, generation };
  const written = await writeSlots(world, header, dataKey);
  if (!written.ok) return written;
  const secrets = await secretsGeneration(world, header);
  if (!secrets.ok) return secrets;
  const record = { revision, slots: generation, secrets: secrets.value ?? generation, audit };
  const anchored = await writeAnchor(world, header, dataKey, record);
  return anchored.ok ? ok({ header, record: anchored.value }) : anchored;
}

/** Secrets that do not open stay as they are; whoever reads them is told why. */
async function resealSecrets(
  world: AnchorWorld,
  dataKey: DataKey,
  generation: number,
): Promise<Result<undefined, VaultFailure>> {
  const opened = await readSecrets({ ...world, dataKey });
  if (!opened.ok) return ok();
  const wires = recordsToWire(opened.value.secrets.values());
  if (!wires.ok) return wires;
  const bytes = await sealSecrets(dataKey, opened.value.contentKey, wires.value, generation);
  const path = join(world.directory, SECRETS_FILE);
  return await writeAtomically(world.disk, path, bytes, world.randomness);
}

async function secretsGeneration(
  { disk, directory, kdfCosts }: Pick<AnchorWorld, 'disk' | 'directory' | 'kdfCosts'>,
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

function isFarAhead(record: AnchorRecord, { slots, secrets = record.secrets }: Found): boolean {
  return slots > record.slots + 1 || secrets > record.secrets + 1;
}

/** Where there is no anchor, no file may be of a time that had one. */
function expectNoGeneration({ slots, secrets = 0 }: Found): Result<undefined, VaultFailure> {
  return slots === 0 && secrets === 0 ? ok() : failed(ANCHOR_MISSING);
}

function rolledBack(file: string): Result<never, VaultFailure> {
  return failed({ reason: 'rolled-back', file, how: 'older' });
}
