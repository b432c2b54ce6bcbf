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
});

export type KnownBackup = v.InferOutput<typeof BackupSchema>;

/** The backups that this home knows of, oldest first. A line that can't be read is left out. */
export function knownBackups(dataDir: string): readonly KnownBackup[] {
  const bytes = readPrivately(join(dataDir, FILE), MAX_BYTES);
  if (!bytes.ok || bytes.value === undefined) return [];
  return (decodeUtf8(bytes.value) ?? '').split('\n').flatMap((line) => {
    const json = parseJson(line);
    const parsed = json.ok ? v.safeParse(BackupSchema, json.value) : undefined;
    return parsed?.success === true ? [parsed.output] : [];
  });
}

/**
 * Remembers where a backup is about to be written, to erase it with everything else. Appends one line, so that
 * several processes lose none.
 */
export function rememberBackup(dataDir: string, backup: KnownBackup): Result<undefined, Problem> {
  const path = join(dataDir, FILE);
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  try {
    const file = openSync(path, flags | constants.O_NOFOLLOW, PRIVATE_FILE);
    try {
      writeSync(file, `${JSON.stringify(backup)}\n`);
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
