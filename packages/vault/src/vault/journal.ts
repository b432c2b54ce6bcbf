import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { decodeUtf8, encodeUtf8, failed, ok, parseJson, type Result } from '@postern/kernel';
import { vaultId } from '@postern/protocol';
import * as v from 'valibot';
import { withDigest, withoutDigest } from '../primitives/digested-json.ts';
import { base64urlOf } from '../slots/slot.ts';
import { decodeSlots, type SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultContext } from './vault-context.ts';

export const JOURNAL_FILE = 'journal.json';
export const MAX_JOURNAL_BYTES = 262_144;

const common = {
  version: v.literal(1),
  vaultId: v.pipe(
    v.string(),
    v.check((text) => vaultId.parse(text) !== undefined),
    v.transform((text) => vaultId.from(text)),
  ),
};
const slotId = base64urlOf(12);
const storage = v.picklist(['keyring', 'file']);

const JournalSchema = v.variant('operation', [
  /** A vault is being created. It doesn't exist until `slots.json` does. */
  v.strictObject({
    ...common,
    operation: v.literal('create'),
    /** The keyring slot whose entry may exist already. */
    keyringSlotId: v.nullable(slotId),
  }),
  /**
   * Secrets are being copied from one storage to the other. The header names the current one: before it
   * names `to`, the copy is undone; after that, the source is removed if `removeSource` is set.
   */
  v.strictObject({
    ...common,
    operation: v.literal('migrate'),
    from: storage,
    to: storage,
    removeSource: v.boolean(),
    /** Slots whose keyring entries are removed if the copy is undone. */
    newSlotIds: v.array(slotId),
    /** Slots whose keyring entries are removed with the source. */
    oldSlotIds: v.array(slotId),
  }),
  /**
   * The vault is getting a new data key. Until the new header is in place, any process that opens the
   * old key resumes the change. After that, the old key is kept until another process has opened
   * everything with the new one.
   */
  v.strictObject({
    ...common,
    operation: v.literal('rekey'),
    /** Both headers, each as the text of `slots.json`. */
    oldHeader: v.string(),
    newHeader: v.string(),
    newDataKeyId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16}$/)),
    newKey: v.strictObject({ nonce: base64urlOf(12), wrapped: base64urlOf(48) }),
  }),
  /** A keyring slot is being added or removed. Entries of slots that aren't in the header are removed. */
  v.strictObject({ ...common, operation: v.literal('slots'), slotIds: v.array(slotId) }),
  /** The keyring is being filled from `secrets.next.jwe.json`. */
  v.strictObject({ ...common, operation: v.literal('restore') }),
]);

/** An operation that was started and isn't known to be finished. Contains no unencrypted secret. */
export type Journal = v.InferOutput<typeof JournalSchema>;
export type JournalOf<Operation extends Journal['operation']> = Extract<
  Journal,
  { operation: Operation }
>;

export async function readJournal({
  disk,
  directory,
}: VaultContext): Promise<Result<Journal | undefined, VaultFailure>> {
  const bytes = await disk.read(join(directory, JOURNAL_FILE), MAX_JOURNAL_BYTES);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return ok(undefined);
  const text = decodeUtf8(bytes.value);
  const whole = withoutDigest(text?.endsWith('\n') === true ? text.slice(0, -1) : '');
  if (!whole.ok) return damaged(whole.failure.reason);
  const json = parseJson(whole.value, { maxDepth: 8 });
  const journal = v.safeParse(JournalSchema, json.ok ? json.value : undefined);
  return journal.success ? ok(journal.output) : damaged('malformed');
}

function damaged(damage: 'malformed' | 'altered'): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: JOURNAL_FILE, damage });
}

export async function writeJournal(
  { disk, directory, randomness }: VaultContext,
  journal: Journal,
): Promise<Result<undefined, VaultFailure>> {
  const bytes = encodeUtf8(`${withDigest(JSON.stringify(journal))}\n`);
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

/** Fails if there is a journal. The caller holds the lock and has tried to recover. */
export async function expectNoJournal(
  context: VaultContext,
): Promise<Result<undefined, VaultFailure>> {
  const journal = await readJournal(context);
  if (!journal.ok) return journal;
  if (journal.value === undefined) return ok();
  return failed({ reason: 'unfinished', operation: journal.value.operation });
}

/** Both headers of a rekey. */
export function headersOf(
  { kdfCosts }: Pick<VaultContext, 'kdfCosts'>,
  journal: JournalOf<'rekey'>,
): Result<{ readonly oldHeader: SlotsHeader; readonly newHeader: SlotsHeader }, VaultFailure> {
  const [old, next] = [journal.oldHeader, journal.newHeader].map((text) =>
    decodeSlots(Buffer.from(text, 'utf8'), kdfCosts),
  );
  if (old?.ok !== true || next?.ok !== true) {
    return failed({ reason: 'vault-damaged', file: JOURNAL_FILE, damage: 'malformed' });
  }
  return ok({ oldHeader: old.value.header, newHeader: next.value.header });
}
