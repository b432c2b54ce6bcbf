import { toJsonSchema } from '@valibot/to-json-schema';
import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import {
  CONFIG_DESCRIPTIONS,
  CONFIG_SETTINGS,
  ConfigSchema,
  parseConfig,
  valueAt,
} from '@postern/protocol';

/** The JSON Schema of `config.json` (draft 2020-12), with a description of every setting. */
export function configJsonSchema(): JsonObject {
  // Checks that JSON Schema can't express, such as those of names, are left out.
  const schema = toJsonSchema(ConfigSchema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- a JSON Schema is JSON
  return described(schema as JsonObject, '');
}

function described(schema: JsonObject, name: string): JsonObject {
  const description = CONFIG_DESCRIPTIONS[name];
  const { properties } = schema;
  const own = description === undefined ? schema : { description, ...schema };
  if (!isJsonObject(properties)) return own;
  const inner: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries<JsonValue>(properties)) {
    const path = name === '' ? key : `${name}.${key}`;
    inner[key] = isJsonObject(value) ? described(value, path) : value;
  }
  return { ...own, properties: inner };
}

/** A group of settings, by name: settings, or groups again. */
type Group = Map<string, Group | JsonValue | undefined>;

/**
 * A `config.json` with every setting, its default and a comment. Settings without a default are
 * commented out.
 */
export function configExample(): string {
  const parsed = parseConfig({});
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the schema has only JSON values
  const defaults = (parsed.ok ? parsed.value : {}) as unknown as JsonValue;
  const root: Group = new Map();
  for (const { path } of CONFIG_SETTINGS) {
    const group = path.slice(0, -1).reduce(innerGroup, root);
    group.set(path.at(-1) ?? '', valueAt(defaults, path));
  }
  return `{\n${linesOf(root, '', '  ').join('\n')}\n}\n`;
}

function innerGroup(group: Group, key: string): Group {
  const found = group.get(key);
  if (found instanceof Map) return found;
  const inner: Group = new Map();
  group.set(key, inner);
  return inner;
}

function linesOf(group: Group, name: string, indent: string): readonly string[] {
  const active = [...group].filter(([, value]) => isActive(value)).map(([key]) => key);
  return [...group].flatMap(([key, value]) => {
    const path = name === '' ? key : `${name}.${key}`;
    const description = CONFIG_DESCRIPTIONS[path];
    const comment = description === undefined ? [] : [`${indent}// ${description}`];
    const comma = key === active.at(-1) ? '' : ',';
    if (!isActive(value)) return [...comment, ...commented(key, value, indent)];
    if (!(value instanceof Map)) {
      return [...comment, `${indent}${JSON.stringify(key)}: ${JSON.stringify(value)}${comma}`];
    }
    const inner = linesOf(value, path, `${indent}  `);
    return [...comment, `${indent}${JSON.stringify(key)}: {`, ...inner, `${indent}}${comma}`];
  });
}

/** Whether something of it has a default. */
function isActive(value: Group | JsonValue | undefined): boolean {
  return value instanceof Map ? [...value.values()].some(isActive) : value !== undefined;
}

function commented(key: string, value: Group | JsonValue | undefined, indent: string): string[] {
  const inside =
    value instanceof Map ? [...value.keys()].map((each) => `"${each}": …`).join(', ') : undefined;
  return [`${indent}// ${JSON.stringify(key)}: ${inside === undefined ? '…' : `{ ${inside} }`},`];
}
