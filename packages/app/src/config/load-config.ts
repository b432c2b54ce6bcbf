import { writeAtomicallySync } from '@postern/disk';
import {
  decodeUtf8,
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
import { readRegularFile, type UnreadableFile } from './read-regular-file.ts';

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
  const read = readRegularFile(path, MAX_BYTES);
  if (!read.ok) return withoutFile(path, read.failure);
  const text = (decodeUtf8(read.value.bytes) ?? '').replaceAll(COMMENT_LINE, '');
  const json = parseJson(text, { maxLength: MAX_BYTES });
  if (!json.ok) return failed({ reason: 'config-invalid', path, problem: "it isn't valid JSON" });
  return json;
}

/** Whether a configuration file has comments, which a change of the file removes. */
export function hasComments(path: string): boolean {
  const read = readRegularFile(path, MAX_BYTES);
  return read.ok && (decodeUtf8(read.value.bytes) ?? '').search(COMMENT_LINE) >= 0;
}

const MAX_BYTES = 1_048_576;

/**
 * A line with nothing but a comment. It can't be inside a string, which has no line breaks; U+2028 and U+2029,
 * which `^` and `$` would count as such, may be in strings.
 */
const COMMENT_LINE = /(?<=^|[\r\n])[ \t]*\/\/[^\r\n]*/g;

function withoutFile(path: string, failure: UnreadableFile): Result<JsonValue, ConfigFailure> {
  if (failure.reason === 'system') {
    return failure.errno === 'ENOENT' ? ok({}) : failed({ reason: 'config-unreadable', path });
  }
  const isLarge = failure.reason === 'too-large';
  const problem = isLarge ? 'it is larger than 1 MiB' : "it isn't a regular file";
  return failed({ reason: 'config-invalid', path, problem });
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
