import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { isPrivate, writeAtomicallySync } from '@postern/disk';
import {
  decodeUtf8,
  errnoOf,
  failed,
  ok,
  parseJson,
  type Randomness,
  type Result,
} from '@postern/kernel';
import { type Problem, problem } from '@postern/protocol';
import * as v from 'valibot';
import type { ControlPlace } from './control-address.ts';

const KEY_BYTES = 32;
const MAX_ENTRY_BYTES = 8192;

const EntrySchema = v.strictObject({
  version: v.literal(1),
  socket: v.string(),
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/** Where a process listens, and the key that only this user can read. Made anew at every start. */
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

/** Undefined where nobody listens; a failure where the file is not this user's alone. */
export function readControlEntry({
  entryFile,
}: ControlPlace): Result<ControlEntry | undefined, Problem> {
  const bytes = readPrivately(entryFile);
  if (!bytes.ok || bytes.value === undefined) return bytes.ok ? ok(undefined) : bytes;
  const json = parseJson(decodeUtf8(bytes.value) ?? '', { maxLength: MAX_ENTRY_BYTES });
  const entry = json.ok ? v.safeParse(EntrySchema, json.value) : undefined;
  // Torn by nobody, since it is written as a whole: not Postern's, so nobody is there.
  return ok(entry?.success === true ? entry.output : undefined);
}

// Windows has neither flag; making a link there needs a privilege.
const SAFELY = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

function readPrivately(path: string): Result<Uint8Array | undefined, Problem> {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | SAFELY);
  } catch (error) {
    const isAbsent = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    return isAbsent ? ok(undefined) : failed(foreign(path));
  }
  try {
    const stats = fstatSync(file);
    // A second name would be one that somebody else may have given to another file of this user.
    const isSound = stats.isFile() && isPrivate(stats) && stats.nlink === 1;
    if (!isSound || stats.size > MAX_ENTRY_BYTES) return failed(foreign(path));
    return ok(readFileSync(file));
  } finally {
    closeSync(file);
  }
}

/** What is in the place of something of Postern's, and is not to be used. */
export function foreign(path: string): Problem {
  return problem(
    'HOME_FOREIGN',
    `${path} isn't a file that only you can access, so Postern doesn't use it.`,
  );
}
