import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_FILE } from '@postern/disk';
import { decodeUtf8, errnoOf, failed, ok, parseJson, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import * as v from 'valibot';
import { readPrivately } from '../config/read-privately.ts';

const FILE = 'backups.jsonl';
const MAX_BYTES = 16 * 1024 * 1024;

const BackupSchema = v.strictObject({
  madeAtMs: v.number(),
  /** Absolute; null if a browser saved it. */
  path: v.nullable(v.string()),
  /** The backup that an earlier line names is gone. */
  isForgotten: v.exactOptional(v.literal(true)),
});

type Line = v.InferOutput<typeof BackupSchema>;

export type KnownBackup = Omit<Line, 'isForgotten'>;

/** The backups that this home knows of, oldest first. A line that can't be read is left out. */
export function knownBackups(dataDir: string): readonly KnownBackup[] {
  const bytes = readPrivately(join(dataDir, FILE), MAX_BYTES);
  if (!bytes.ok || bytes.value === undefined) return [];
  const known = new Map<string, KnownBackup>();
  for (const text of (decodeUtf8(bytes.value) ?? '').split('\n')) {
    const json = parseJson(text);
    const parsed = json.ok ? v.safeParse(BackupSchema, json.value) : undefined;
    if (parsed?.success !== true) continue;
    const { isForgotten, ...backup } = parsed.output;
    const key = JSON.stringify([backup.madeAtMs, backup.path]);
    if (isForgotten === true) known.delete(key);
    else known.set(key, backup);
  }
  return [...known.values()];
}

/**
 * Remembers where a backup is about to be written, to erase it with everything else. Appends one line, so that
 * several processes lose none.
 */
export function rememberBackup(dataDir: string, backup: KnownBackup): Result<undefined, Problem> {
  return appendLine(dataDir, backup);
}

/** For a backup that is gone, or that couldn't be made. */
export function forgetBackup(
  dataDir: string,
  { madeAtMs, path }: KnownBackup,
): Result<undefined, Problem> {
  return appendLine(dataDir, { madeAtMs, path, isForgotten: true });
}

function appendLine(dataDir: string, line: Line): Result<undefined, Problem> {
  const path = join(dataDir, FILE);
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  try {
    const file = openSync(path, flags | constants.O_NOFOLLOW, PRIVATE_FILE);
    try {
      writeSync(file, `${JSON.stringify(line)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return ok();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    const code = errno === 'ENOSPC' ? 'DISK_FULL' : 'HOME_READ_ONLY';
    return failed(problem(code, `Can't write ${path}.`));
  }
}
