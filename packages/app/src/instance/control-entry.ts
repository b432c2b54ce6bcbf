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
  const bytes = readPrivately(entryFile);
  if (!bytes.ok || bytes.value === undefined) return bytes.ok ? ok(undefined) : bytes;
  const json = parseJson(decodeUtf8(bytes.value) ?? '', { maxLength: MAX_ENTRY_BYTES });
  const entry = json.ok ? v.safeParse(EntrySchema, json.value) : undefined;
  // Entries are written atomically, so an invalid one isn't Postern's, and no process listens.
  return ok(entry?.success === true ? entry.output : undefined);
}

// Windows supports neither flag; creating a link there needs a privilege.
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
    // A second name may be a hard link that another user made to another file of this user.
    const isSound = stats.isFile() && isPrivate(stats) && stats.nlink === 1;
    if (!isSound || stats.size > MAX_ENTRY_BYTES) return failed(foreign(path));
    return ok(readFileSync(file));
  } finally {
    closeSync(file);
  }
}

/** A path in place of one of Postern's files that must not be used. */
export function foreign(path: string): Problem {
  return problem(
    'HOME_FOREIGN',
    `${path} isn't a file that only you can access, so Postern doesn't use it.`,
  );
}
