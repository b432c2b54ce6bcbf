import { join } from 'node:path';
import { decodeUtf8, encodeUtf8, failed, ok, parseJson, type Result } from '@postern/kernel';
import { vaultId } from '@postern/protocol';
import * as v from 'valibot';
import { writeAtomically } from '../disk/write-atomically.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultContext } from './vault-context.ts';

const JOURNAL_FILE = 'journal.json';
const MAX_JOURNAL_BYTES = 65_536;

const id = v.pipe(
  v.string(),
  v.check((text) => vaultId.parse(text) !== undefined),
  v.transform((text) => vaultId.from(text)),
);

const JournalSchema = v.variant('operation', [
  /** A vault is being made: what is there of this id is no vault until `slots.json` is. */
  v.strictObject({
    version: v.literal(1),
    operation: v.literal('create'),
    vaultId: id,
    /** The keyring slot whose entry may have been written. */
    keyringSlotId: v.nullable(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16}$/))),
  }),
]);

/** What was begun and, as long as this is there, not known to be finished. Holds no secret. */
export type Journal = v.InferOutput<typeof JournalSchema>;

export async function readJournal({
  disk,
  directory,
}: VaultContext): Promise<Result<Journal | undefined, VaultFailure>> {
  const bytes = await disk.read(join(directory, JOURNAL_FILE), MAX_JOURNAL_BYTES);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return ok(undefined);
  const text = decodeUtf8(bytes.value);
  const json = text === undefined ? undefined : parseJson(text, { maxDepth: 8 });
  const journal = v.safeParse(JournalSchema, json?.ok === true ? json.value : undefined);
  if (journal.success) return ok(journal.output);
  return failed({ reason: 'vault-damaged', file: JOURNAL_FILE, damage: 'malformed' });
}

export async function writeJournal(
  { disk, directory, randomness }: VaultContext,
  journal: Journal,
): Promise<Result<undefined, VaultFailure>> {
  const bytes = encodeUtf8(`${JSON.stringify(journal)}\n`);
  return await writeAtomically(disk, join(directory, JOURNAL_FILE), bytes, randomness);
}

export async function removeJournal({
  disk,
  directory,
}: VaultContext): Promise<Result<undefined, VaultFailure>> {
  const removed = await disk.remove(join(directory, JOURNAL_FILE));
  if (!removed.ok) return removed;
  return removed.value ? await disk.syncDirectory(directory) : ok();
}
