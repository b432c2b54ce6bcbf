import { writeAtomicallySync } from '@postern/disk';
import { decodeUtf8, failed, ok, parseJson, type Randomness, type Result } from '@postern/kernel';
import { type Problem, problem } from '@postern/protocol';
import * as v from 'valibot';
import { readPrivately } from '../config/read-privately.ts';
import type { ControlPlace } from './control-address.ts';

const KEY_BYTES = 32;
const MAX_ENTRY_BYTES = 8192;

const EntrySchema = v.strictObject({
  version: v.literal(1),
  socket: v.string(),
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/**
 * The address of a process, and a key that only this user can read. Both are new at every start.
 */
export type ControlEntry = v.InferOutput<typeof EntrySchema>;

export function newControlEntry(socket: string, randomness: Randomness): ControlEntry {
  return { version: 1, socket, key: Buffer.from(randomness.bytes(KEY_BYTES)).toString('hex') };
}

export function writeControlEntry(
  { entryFile }: ControlPlace,
  entry: ControlEntry,
): Result<undefined, Problem> {
  const written = writeAtomicallySync(entryFile, `${JSON.stringify(entry)}\n`);
  if (written.ok) return written;
  const code = written.failure.reason === 'disk-full' ? 'DISK_FULL' : 'HOME_READ_ONLY';
  return failed(problem(code, `Can't write ${entryFile}.`));
}

/** Undefined if no process listens; a failure if the file isn't private to this user. */
export function readControlEntry({
  entryFile,
}: ControlPlace): Result<ControlEntry | undefined, Problem> {
  const bytes = readPrivately(entryFile, MAX_ENTRY_BYTES);
  if (!bytes.ok || bytes.value === undefined) return bytes.ok ? ok(undefined) : bytes;
  const json = parseJson(decodeUtf8(bytes.value) ?? '', { maxLength: MAX_ENTRY_BYTES });
  const entry = json.ok ? v.safeParse(EntrySchema, json.value) : undefined;
  // Entries are written atomically, so an invalid one isn't Postern's, and no process listens.
  return ok(entry?.success === true ? entry.output : undefined);
}
