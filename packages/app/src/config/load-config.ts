import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { writeAtomicallySync } from '@postern/disk';
import {
  decodeUtf8,
  errnoOf,
  expectOk,
  failed,
  type JsonValue,
  ok,
  parseJson,
  type Result,
} from '@postern/kernel';
import { parseConfig, type Config, type ConfigInput } from '@postern/protocol';

export type ConfigFailure =
  | { readonly reason: 'config-invalid'; readonly path: string; readonly problem: string }
  | { readonly reason: 'config-unreadable'; readonly path: string }
  | { readonly reason: 'config-unwritable' | 'disk-full'; readonly path: string };

/** A configuration and its source text, so that a change keeps what the user wrote. */
export interface LoadedConfig {
  readonly config: Config;
  readonly written: ConfigInput;
}

/** Reads the configuration of a home; defaults without a file. Unknown keys are an error. */
export function loadConfig(path: string): Result<LoadedConfig, ConfigFailure> {
  let bytes: Uint8Array;
  try {
    bytes = readRegularFile(path);
  } catch (error) {
    if (error instanceof NotAFile) {
      return failed({ reason: 'config-invalid', path, problem: "it isn't a regular file" });
    }
    if (errnoOf(error) === 'ENOENT') return ok({ config: expectOk(parseConfig({})), written: {} });
    return failed({ reason: 'config-unreadable', path });
  }
  const text = decodeUtf8(bytes);
  const json = parseJson(text ?? '', { maxLength: 1_048_576 });
  if (!json.ok) return failed({ reason: 'config-invalid', path, problem: "it isn't valid JSON" });
  return checkConfig(path, json.value);
}

class NotAFile extends Error {}

/** Without this check, reading a pipe or a device in place of the file could wait forever. */
function readRegularFile(path: string): Uint8Array {
  const wait = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;
  const file = openSync(path, constants.O_RDONLY | wait);
  try {
    if (!fstatSync(file).isFile()) throw new NotAFile();
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function checkConfig(path: string, value: JsonValue): Result<LoadedConfig, ConfigFailure> {
  const parsed = parseConfig(value);
  if (!parsed.ok) {
    const { path: key, problem } = parsed.failure;
    return failed({ reason: 'config-invalid', path, problem: `${key || 'the file'}: ${problem}` });
  }
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the schema accepted it, so it has the input's form
  return ok({ config: parsed.value, written: value as ConfigInput });
}

/**
 * Applies a change to the current file and writes it atomically, which keeps edits that the user
 * made meanwhile. `refuse` can reject the result before anything is written.
 */
export function changeConfig<Refusal>(
  path: string,
  change: (written: ConfigInput) => ConfigInput,
  refuse: (config: Config) => Refusal | undefined,
): Result<LoadedConfig, ConfigFailure | Refusal> {
  const current = loadConfig(path);
  if (!current.ok) return current;
  const changed = parseJson(JSON.stringify(change(current.value.written)));
  if (!changed.ok) return failed({ reason: 'config-invalid', path, problem: 'it is too large' });
  const checked = checkConfig(path, changed.value);
  if (!checked.ok) return checked;
  const refusal = refuse(checked.value.config);
  if (refusal !== undefined) return failed(refusal);
  const text = `${JSON.stringify(checked.value.written, null, 2)}\n`;
  const written = writeAtomicallySync(path, text);
  if (!written.ok) {
    const reason = written.failure.reason === 'disk-full' ? 'disk-full' : 'config-unwritable';
    return failed({ reason, path });
  }
  return checked;
}
