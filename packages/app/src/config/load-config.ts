import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { writeAtomicallySync } from '@postern/disk';
import {
  decodeUtf8,
  errnoOf,
  failed,
  isJsonObject,
  type JsonValue,
  ok,
  parseJson,
  type Result,
} from '@postern/kernel';
import {
  configProblems,
  parseConfig,
  readVariables,
  withVariables,
  type Config,
  type ConfigInput,
  type VariableFailure,
  type Variables,
} from '@postern/protocol';

export type ConfigFailure =
  | { readonly reason: 'config-invalid'; readonly path: string; readonly problem: string }
  | { readonly reason: 'config-unreadable'; readonly path: string }
  | { readonly reason: 'config-unwritable' | 'disk-full'; readonly path: string }
  | VariableFailure;

/** A configuration and its source text, so that a change keeps what the user wrote. */
export interface LoadedConfig {
  /** With the settings of the environment. */
  readonly config: Config;
  /** The content of the file. */
  readonly written: ConfigInput;
}

/**
 * Reads the configuration of a home; defaults without a file. Settings of the environment come before
 * those of the file. Unknown keys are an error.
 */
export function loadConfig(
  path: string,
  variables: Variables = {},
): Result<LoadedConfig, ConfigFailure> {
  const read = readConfigFile(path);
  return read.ok ? checkConfig(path, read.value, variables) : read;
}

/** The content of a configuration file, not checked; an empty object without a file. */
export function readConfigFile(path: string): Result<JsonValue, ConfigFailure> {
  let bytes: Uint8Array;
  try {
    bytes = readRegularFile(path);
  } catch (error) {
    if (error instanceof NotAFile) {
      return failed({ reason: 'config-invalid', path, problem: "it isn't a regular file" });
    }
    if (errnoOf(error) === 'ENOENT') return ok({});
    return failed({ reason: 'config-unreadable', path });
  }
  const text = (decodeUtf8(bytes) ?? '').replaceAll(COMMENT_LINE, '');
  const json = parseJson(text, { maxLength: 1_048_576 });
  if (!json.ok) return failed({ reason: 'config-invalid', path, problem: "it isn't valid JSON" });
  return json;
}

/** A line with nothing but a comment. It can't be inside a string, which has no line breaks. */
const COMMENT_LINE = /^[ \t]*\/\/.*$/gm;

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

/** Checks the file alone, so that it stays valid without the environment, and then with it. */
function checkConfig(
  path: string,
  value: JsonValue,
  variables: Variables,
): Result<LoadedConfig, ConfigFailure> {
  const [first] = configProblems(value);
  if (first !== undefined || !isJsonObject(value)) return failed(invalidFile(path, first));
  const set = readVariables(variables);
  if (!set.ok) return set;
  const parsed = parseConfig(withVariables(value, set.value));
  if (!parsed.ok) return failed(invalidFile(path, parsed.failure));

  return ok({ config: parsed.value, written: value });
}

function invalidFile(
  path: string,
  { path: key, problem } = { path: '', problem: 'not an object' },
): ConfigFailure {
  return { reason: 'config-invalid', path, problem: `${key || 'the file'}: ${problem}` };
}

/**
 * Applies a change to the current file and writes it atomically, which keeps edits that the user
 * made meanwhile. `refuse` can reject the result before anything is written.
 */
export function changeConfig<Refusal>(
  path: string,
  change: (written: ConfigInput) => ConfigInput,
  refuse: (config: Config) => Refusal | undefined,
  variables: Variables = {},
): Result<LoadedConfig, ConfigFailure | Refusal> {
  const current = loadConfig(path, variables);
  if (!current.ok) return current;
  const changed = parseJson(JSON.stringify(change(current.value.written)));
  if (!changed.ok) return failed({ reason: 'config-invalid', path, problem: 'it is too large' });
  const checked = checkConfig(path, changed.value, variables);
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
