import { join } from 'node:path';
import { ok, type Result } from '@postern/kernel';
import type { AuditFailure, BrokenLink } from '../audit-failure.ts';
import { BROKEN_KINDS } from '../audit-failure.ts';
import { broken } from '../chain/follow-chain.ts';
import type { LogFiles } from './log-files.ts';

/** The file that marks the log as damaged. While it exists, nothing is written to the log. */
export const DAMAGE_NOTE = 'damaged.json';

const MAX_NOTE_BYTES = 512;

const FORM =
  /^\{"v":1,"kind":"([a-z-]{1,20})","file":"([\w.-]{1,60})","line":(\d{1,15}),"seq":(\d{1,15})\}\n$/;

/** The note; undefined if there is none. A malformed note counts as damage too. */
async function readDamageNote(
  files: LogFiles,
): Promise<Result<BrokenLink | undefined, AuditFailure>> {
  const path = join(files.directory, DAMAGE_NOTE);
  const size = await files.disk.size(path);
  if (!size.ok) return size;
  if (size.value === undefined) return ok(undefined);
  const bytes = await files.disk.read(path, 0, MAX_NOTE_BYTES);
  if (!bytes.ok) return bytes;
  const parts = FORM.exec(Buffer.from(bytes.value).toString('latin1'));
  const kind = BROKEN_KINDS.find((known) => known === parts?.[1]);
  if (parts === null || kind === undefined) {
    return ok({ kind: 'altered', file: DAMAGE_NOTE, line: 0, seq: 1 });
  }
  return ok({ kind, file: parts[2] ?? '', line: Number(parts[3]), seq: Number(parts[4]) });
}

/** Fails if damage was noted earlier. */
export async function expectNoDamageNote(
  files: LogFiles,
): Promise<Result<undefined, AuditFailure>> {
  const noted = await readDamageNote(files);
  if (!noted.ok) return noted;
  if (noted.value === undefined) return ok();
  const { kind, file, line, seq } = noted.value;
  return broken(kind, file, line, seq);
}

/** Notes the damage, so that no process writes to the log any more. The caller holds the lock. */
export async function noteDamage(
  files: LogFiles,
  { kind, file, line, seq }: BrokenLink,
): Promise<Result<undefined, AuditFailure>> {
  const path = join(files.directory, DAMAGE_NOTE);
  const text = `${JSON.stringify({ v: 1, kind, file, line, seq })}\n`;
  const written = await files.disk.write(path, Buffer.from(text));
  return written.ok ? await files.disk.sync(path) : written;
}
