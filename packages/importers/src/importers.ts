import { decodeUtf8, failed, ok, parseJson, type Result, type Secret } from '@postern/kernel';
import {
  CHAT_LINUX_CLIENT,
  CHAT_LINUX_CLIENT_CONFIG,
  CHAT_LINUX_CLIENT_EXPORT,
} from './chat-linux-client.ts';
import { CLAUDE_CODE_API } from './claude-code-api.ts';
import { CLAUDE_GATE } from './claude-gate.ts';
import type { ImportFiles } from './import-files.ts';
import type { ImportFailure } from './import-failure.ts';
import type { Candidate, ImportFindings, Importer } from './import-shapes.ts';
import { KEYRING_FILE } from './keyring-file.ts';
import { nodeImportFiles } from './node-import-files.ts';
import { IMPORT_FORMATS, type ImportFormat } from './source-names.ts';

/** The importers of all file formats. The first one that fits a path is used. */
export const IMPORTERS = {
  'chat-linux-client': CHAT_LINUX_CLIENT,
  'chat-linux-client-config': CHAT_LINUX_CLIENT_CONFIG,
  'chat-linux-client-export': CHAT_LINUX_CLIENT_EXPORT,
  'keyring-file': KEYRING_FILE,
  'claude-code-api': CLAUDE_CODE_API,
  'claude-gate': CLAUDE_GATE,
} as const satisfies Readonly<Record<ImportFormat, Importer>>;

/** A path and its format. */
export interface DetectedSource {
  readonly path: string;
  readonly format: ImportFormat;
  readonly label: string;
  /** A description of the password that may be needed; undefined if none is. */
  readonly passphrase: string | undefined;
}

const MAX_BYTES = 16 * 1024 * 1024;

/** Detects the format of a file or directory. Changes nothing. */
export async function detectImport(
  path: string,
  files: ImportFiles = nodeImportFiles,
): Promise<Result<DetectedSource, ImportFailure>> {
  const candidate = await candidateAt(path, files);
  if (!candidate.ok) return candidate;
  const format = IMPORT_FORMATS.find((name) => IMPORTERS[name].fits(candidate.value));
  if (format === undefined) return failed({ reason: 'import-format-unknown', path });
  const { label, passphrase } = IMPORTERS[format];
  return ok({ path, format, label, passphrase });
}

/** Reads a source and lists the files that still contain its secrets. Changes nothing. */
export async function readImport(
  { path, format }: Pick<DetectedSource, 'path' | 'format'>,
  passphrase?: Secret,
  files: ImportFiles = nodeImportFiles,
): Promise<Result<ImportFindings, ImportFailure>> {
  const candidate = await candidateAt(path, files);
  if (!candidate.ok) return candidate;
  return await IMPORTERS[format].read({ candidate: candidate.value, files, passphrase });
}

async function candidateAt(
  path: string,
  files: ImportFiles,
): Promise<Result<Candidate, ImportFailure>> {
  const kind = await files.kindOf(path);
  if (!kind.ok) return kind;
  if (kind.value === undefined) return failed({ reason: 'import-not-found', path });
  if (kind.value === 'directory') {
    const names = await files.list(path);
    return names.ok ? ok({ kind: 'directory', path, names: names.value }) : names;
  }
  const bytes = await files.read(path, MAX_BYTES);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return failed({ reason: 'import-not-found', path });
  const json = parseJson(decodeUtf8(bytes.value) ?? '');
  return ok({ kind: 'file', path, bytes: bytes.value, json: json.ok ? json.value : undefined });
}
