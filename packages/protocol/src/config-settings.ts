import * as v from 'valibot';
import {
  failed,
  isJsonObject,
  ok,
  type JsonObject,
  type JsonValue,
  type Result,
} from '@postern/kernel';
import { ConfigSchema } from './config.ts';

/** One setting of `config.json`: a value, a list, or a table with names that the user chooses. */
export interface ConfigSetting {
  readonly path: readonly string[];
  /** Dotted: `gateway.maxBodyBytes`. */
  readonly name: string;
  readonly kind: 'value' | 'list' | 'table';
  /** The environment variable that overrides it. A table and the format version have none. */
  readonly variable: string | undefined;
  /** Whether the environment may set it to this value. */
  accepts(value: JsonValue): boolean;
}

type Schema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

const PREFIX = 'POSTERN_';
const KINDS: Readonly<Record<string, ConfigSetting['kind']>> = { array: 'list', record: 'table' };

/** Every setting, derived from the schema. */
export const CONFIG_SETTINGS: readonly ConfigSetting[] = settingsBelow(ConfigSchema, []);

function settingsBelow(schema: Schema, path: readonly string[]): readonly ConfigSetting[] {
  const inner = unwrap(schema);
  if (!('entries' in inner) || inner.type !== 'strict_object') return [settingOf(inner, path)];
  return Object.entries(inner.entries ?? {}).flatMap(([key, value]) =>
    isSchema(value) ? settingsBelow(value, [...path, key]) : [],
  );
}

/** What `optional` and `exactOptional` contain. */
function unwrap(schema: Schema): Schema {
  return 'wrapped' in schema && isSchema(schema.wrapped) ? unwrap(schema.wrapped) : schema;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema';
}

function settingOf(schema: Schema, path: readonly string[]): ConfigSetting {
  const kind = KINDS[schema.type] ?? 'value';
  return {
    path,
    name: path.join('.'),
    kind,
    variable: kind === 'table' || path[0] === 'version' ? undefined : variableOf(path),
    accepts: (value) => v.safeParse(schema, value).success,
  };
}

/** `gateway.maxBodyBytes` is `POSTERN_GATEWAY_MAX_BODY_BYTES`. */
function variableOf(path: readonly string[]): string {
  const words = path.map((key) => key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2'));
  return (
    PREFIX +
    words
      .join('_')
      .replaceAll(/[^A-Za-z0-9]/g, '_')
      .toUpperCase()
  );
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** A variable with a value that its setting doesn't accept. */
export interface VariableFailure {
  readonly reason: 'variable-invalid';
  readonly variable: string;
}

/** What the environment sets, by the name of the setting. Empty variables count as unset. */
export function readVariables(
  variables: Variables,
): Result<ReadonlyMap<string, JsonValue>, VariableFailure> {
  const found = new Map<string, JsonValue>();
  for (const setting of CONFIG_SETTINGS) {
    const { variable = '', name } = setting;
    const text = variables[variable] ?? '';
    if (text === '') continue;
    const value = candidates(setting, text).find((each) => setting.accepts(each));
    if (value === undefined) return failed({ reason: 'variable-invalid', variable });
    found.set(name, value);
  }
  return ok(found);
}

/** The values that a text may stand for. The elements of a list are separated by commas. */
function candidates({ kind }: ConfigSetting, text: string): readonly JsonValue[] {
  if (kind === 'list') return [text.split(',').map((each) => each.trim())];
  const number = /^-?\d{1,15}(?:\.\d{1,6})?$/.test(text) ? [Number(text)] : [];
  const truth = text === 'true' || text === 'false' ? [text === 'true'] : [];
  return [text, ...number, ...truth];
}

/** Names that begin like those of settings but aren't, such as misspelled ones. */
export function unknownVariables(variables: Variables): readonly string[] {
  const known = new Set([
    `${PREFIX}PASSPHRASE`,
    ...CONFIG_SETTINGS.map(({ variable }) => variable),
  ]);
  return Object.keys(variables).filter((name) => name.startsWith(PREFIX) && !known.has(name));
}

/** The file's content with the settings of the environment. */
export function withVariables(
  written: JsonObject,
  values: ReadonlyMap<string, JsonValue>,
): JsonObject {
  let result = written;
  for (const { name, path } of CONFIG_SETTINGS) {
    const value = values.get(name);
    if (value !== undefined) result = withValue(result, path, value);
  }
  return result;
}

function withValue(object: JsonObject, path: readonly string[], value: JsonValue): JsonObject {
  const [key = '', ...rest] = path;
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = object[key] ?? {};
  // The schema rejects it.
  if (!isJsonObject(inner)) return object;
  return { ...object, [key]: withValue(inner, rest, value) };
}

/** The value at a path; undefined if there is none. */
export function valueAt(
  value: JsonValue | undefined,
  path: readonly string[],
): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (inner, key) => (isJsonObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}
