import {
  failed,
  isJsonObject,
  ok,
  type JsonObject,
  type JsonValue,
  type Result,
} from '@postern/kernel';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';

/** Malformed, or more than the limits allow. `line` counts from 1; undefined if no line is to blame. */
export interface YamlFailure {
  readonly reason: 'yaml-malformed';
  readonly line: number | undefined;
}

/** Values after aliases are replaced by what they stand for. */
const MAX_VALUES = 50_000;
const MAX_DEPTH = 32;

interface Reading {
  /** Each anchor's node, the latest one of the same name. */
  readonly anchors: Map<string, unknown>;
  values: number;
}

/** Undefined if the document is refused. */
type Read<T> = T | undefined;

/**
 * Parses one YAML document to JSON, with anchors and merge keys. Refuses tags, keys that aren't text or numbers,
 * `__proto__`, a key that is there twice, and documents that are too deep or too large once their aliases are
 * replaced. The caller limits the size of the text.
 */
export function parseYaml(text: string): Result<JsonValue, YamlFailure> {
  const lines = new LineCounter();
  // The library's own check for repeated keys takes quadratic time.
  const options = { schema: 'core', uniqueKeys: false, prettyErrors: false } as const;
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) return malformed(lines.linePos(problem.pos[0]).line);
  const value = valueOf(document.contents, 0, { anchors: new Map(), values: 0 });
  return value === undefined ? malformed(undefined) : ok(value);
}

function malformed(line: number | undefined): Result<never, YamlFailure> {
  return failed({ reason: 'yaml-malformed', line });
}

function valueOf(node: unknown, depth: number, reading: Reading): Read<JsonValue> {
  reading.values += 1;
  if (reading.values > MAX_VALUES || depth > MAX_DEPTH) return undefined;
  if (isAlias(node)) {
    const target = reading.anchors.get(node.source);
    return target === undefined ? undefined : valueOf(target, depth + 1, reading);
  }
  if (node === null || node === undefined) return null;
  keepAnchor(node, reading);
  if (isMap(node)) return mapOf(node, depth, reading);
  if (isSeq(node)) return whole(node.items.map((item) => valueOf(item, depth + 1, reading)));
  return isScalar(node) ? scalarOf(node.value) : undefined;
}

function whole<T>(items: readonly Read<T>[]): Read<readonly T[]> {
  return items.every((item) => item !== undefined) ? items : undefined;
}

function keepAnchor(node: unknown, { anchors }: Reading): void {
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
    anchors.set(node.anchor, node);
  }
}

function scalarOf(value: unknown): Read<JsonValue> {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return undefined;
}

/** The entries that a map merges (`<<`) come first, so that its own replace them. */
function mapOf(map: YAMLMap, depth: number, reading: Reading): Read<JsonObject> {
  const merged: (readonly [string, JsonValue])[] = [];
  const own = new Map<string, JsonValue>();
  for (const { key, value } of map.items) {
    const name = keyOf(key, reading);
    const read = valueOf(value, depth + 1, reading);
    if (name === undefined || read === undefined) return undefined;
    if (name === '<<') {
      const entries = mergedEntries(read);
      if (entries === undefined) return undefined;
      reading.values += entries.length;
      merged.push(...entries);
      continue;
    }
    if (name === '__proto__' || own.has(name)) return undefined;
    own.set(name, read);
  }
  // Of several merged maps, the first one counts.
  return Object.fromEntries([...merged.reverse(), ...own]);
}

function mergedEntries(value: JsonValue): Read<readonly (readonly [string, JsonValue])[]> {
  const maps: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  return maps.every(isJsonObject) ? maps.flatMap((map) => Object.entries(map)) : undefined;
}

function keyOf(key: unknown, reading: Reading): Read<string> {
  keepAnchor(key, reading);
  const value = isScalar(key) ? key.value : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
