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

const begun = {
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
  /** A vault is being made: what is there of this id is no vault until `slots.json` is. */
  v.strictObject({
    ...begun,
    operation: v.literal('create'),
    /** The keyring slot whose entry may have been written. */
    keyringSlotId: v.nullable(slotId),
  }),
  /**
   * Secrets are being copied from one storage to the other. The header says which one counts: until
   * it names `to`, what is in `to` is undone; from then on, what is in `from` is removed if asked.
   */
  v.strictObject({
    ...begun,
    operation: v.literal('migrate'),
    from: storage,
    to: storage,
    removeSource: v.boolean(),
    /** Slots whose keyring entries go when the copy is undone. */
    newSlotIds: v.array(slotId),
    /** Slots whose keyring entries go when the source is removed. */
    oldSlotIds: v.array(slotId),
  }),
  /**
   * The vault is getting a new data key. Until the header is the new one, whoever opens the old key
   * goes on; from then on the old one is kept until another process has opened everything.
   */
  v.strictObject({
    ...begun,
    operation: v.literal('rekey'),
    /** Both headers as the bytes of `slots.json`. */
    oldHeader: v.string(),
    newHeader: v.string(),
    newDataKeyId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16}$/)),
    newKey: v.strictObject({ nonce: base64urlOf(12), wrapped: base64urlOf(48) }),
  }),
  /** A keyring slot comes or goes: entries of these slots that the header does not have are removed. */
  v.strictObject({ ...begun, operation: v.literal('slots'), slotIds: v.array(slotId) }),
  /** The keyring is being filled from `secrets.next.jwe.json`. */
  v.strictObject({ ...begun, operation: v.literal('restore') }),
]);

/** What was begun and, as long as this is there, not known to be finished. Holds no plain secret. */
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

/** Where nothing is unfinished; the caller holds the lock and has settled what could be. */
export async function expectNoJournal(
  context: VaultContext,
): Promise<Result<undefined, VaultFailure>> {
  const journal = await readJournal(context);
  if (!journal.ok) return journal;
  if (journal.value === undefined) return ok();
  return failed({ reason: 'unfinished', operation: journal.value.operation });
}

/** Both headers of a change under way. */
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
