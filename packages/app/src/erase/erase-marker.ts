import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '@postern/disk';
import { decodeUtf8, failed, ok, parseJson, type Result } from '@postern/kernel';
import { problem, vaultId, type Problem } from '@postern/protocol';
import * as v from 'valibot';
import { readPrivately } from '../config/read-privately.ts';

export const ERASE_FILE = 'erase.json';
const MAX_BYTES = 1_048_576;

const MarkerSchema = v.strictObject({
  version: v.literal(1),
  beganAtMs: v.number(),
  /** null if the vault's files didn't say. */
  vaultId: v.nullable(
    v.pipe(
      v.string(),
      v.check((text) => vaultId.parse(text) !== undefined),
      v.transform((text) => vaultId.from(text)),
    ),
  ),
  slotIds: v.array(v.string()),
  usesKeyring: v.boolean(),
  /** The paths of known backups. */
  backups: v.array(v.string()),
});

/**
 * Says that a home is being erased, and what is outside of its files. It is written before anything is erased and
 * removed after everything else, so that the next process finishes what a killed one began.
 */
export type EraseMarker = v.InferOutput<typeof MarkerSchema>;

export function isBeingErased({ dataDir }: { readonly dataDir: string }): boolean {
  return existsSync(join(dataDir, ERASE_FILE));
}

/** Undefined if nothing is being erased. A damaged one still says that something is. */
export function readEraseMarker(dataDir: string): Result<EraseMarker | undefined, Problem> {
  const bytes = readPrivately(join(dataDir, ERASE_FILE), MAX_BYTES);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return ok(undefined);
  const json = parseJson(decodeUtf8(bytes.value) ?? '', { maxLength: MAX_BYTES });
  const parsed = json.ok ? v.safeParse(MarkerSchema, json.value) : undefined;
  if (parsed?.success === true) return ok(parsed.output);
  return ok({
    ...{ version: 1, beganAtMs: 0, vaultId: null, slotIds: [] },
    ...{ usesKeyring: true, backups: [] },
  });
}

export function writeEraseMarker(dataDir: string, marker: EraseMarker): Result<undefined, Problem> {
  const path = join(dataDir, ERASE_FILE);
  const written = writeAtomicallySync(path, `${JSON.stringify(marker)}\n`);
  if (written.ok) return ok();
  const code = written.failure.reason === 'disk-full' ? 'DISK_FULL' : 'HOME_READ_ONLY';
  return failed(problem(code, `Can't write ${path}, so nothing was erased.`));
}
