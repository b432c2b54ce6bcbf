import {
  failed,
  isJsonObject,
  ok,
  parseJson,
  Secret,
  type JsonValue,
  type Result,
} from '@postern/kernel';
import { describeImportFailure, nodeImportFiles } from '@postern/importers';
import { problem, type Problem } from '@postern/protocol';
import { looksLikeKey } from '@postern/vault';

/** A key of another program, as its file has it. */
export interface ListedKey {
  readonly name: string;
  readonly key: Secret;
  readonly isActive: boolean;
}

const NAMES = ['name', 'keyName', 'key_alias', 'alias'] as const;
const KEYS = ['key', 'api_key', 'apiKey', 'virtual_key'] as const;
const MAX_BYTES = 1024 * 1024;
const REMEDY =
  'Write one key per line, as NAME KEY, or a JSON list of objects with "name" and "key".';
/** LiteLLM's database has SHA-256 hashes where others have keys. */
const HASH = /^[0-9a-f]{64}$/;

/** Reads the keys in a regular file of another program. */
export async function readKeyList(path: string): Promise<Result<readonly ListedKey[], Problem>> {
  const read = await nodeImportFiles.read(path, MAX_BYTES);
  if (!read.ok) return failed(describeImportFailure(read.failure));
  return read.value === undefined
    ? failed(problem('IMPORT_NOT_FOUND'))
    : parseKeyList(Buffer.from(read.value).toString('utf8'));
}

/**
 * Parses the keys in a file of another program: claude-code-api's `keys.json`, a JSON list of objects with a name
 * and a key (as LiteLLM and Portkey export them), or lines of `NAME KEY`, `NAME=KEY` or `KEY`.
 */
export function parseKeyList(text: string): Result<readonly ListedKey[], Problem> {
  const json = parseJson(text);
  const found = json.ok ? listedIn(json.value) : linesIn(text);
  if (found === undefined || found.length === 0) {
    const message = "The file isn't a list of keys, or a line of it is malformed.";
    return failed(problem('IMPORT_MALFORMED', message, REMEDY));
  }
  // Names are printed, so a key must not become one.
  if (found.some(({ name, key }) => name === key || looksLikeKey(name))) {
    return failed(problem('IMPORT_MALFORMED', 'The file has a key in place of a name.', REMEDY));
  }
  const names = new Map<string, number>();
  return ok(
    found.map(({ name, key, isActive }) => {
      const tidy = tidyName(name);
      const times = (names.get(tidy) ?? 0) + 1;
      names.set(tidy, times);
      return {
        name: times === 1 ? tidy : `${tidy} ${String(times)}`,
        key: Secret.of(key),
        isActive,
      };
    }),
  );
}

interface Found {
  readonly name: string;
  readonly key: string;
  readonly isActive: boolean;
}

function listedIn(value: JsonValue): readonly Found[] | undefined {
  const found: readonly (Found | undefined)[] | undefined = Array.isArray(value)
    ? value.map((entry: JsonValue) =>
        foundIn(
          entry,
          KEYS.map((name) => textOf(entry, [name])),
        ),
      )
    : isJsonObject(value)
      ? Object.entries(value).map(([key, entry]) => foundIn(entry, [key]))
      : undefined;
  return found?.every((each) => each !== undefined) === true ? found : undefined;
}

function foundIn(
  entry: JsonValue | undefined,
  keys: readonly (string | undefined)[],
): Found | undefined {
  const key = keys.find((text) => text !== undefined);
  if (!isJsonObject(entry) || key === undefined || HASH.test(key)) return undefined;
  return { name: textOf(entry, NAMES) ?? 'imported', key, isActive: entry['isActive'] !== false };
}

function textOf(entry: JsonValue | undefined, names: readonly string[]): string | undefined {
  if (!isJsonObject(entry)) return undefined;
  const values = names.map((name) => entry[name]);
  return values.find((value) => typeof value === 'string');
}

function linesIn(text: string): readonly Found[] | undefined {
  // Malformed JSON isn't a list of lines.
  if (/^\s*[[{]/.test(text)) return undefined;
  const lines = text.split('\n').map((line) => line.trim());
  const found = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): Found | undefined => {
      const [name, key] = nameAndKey(line);
      return HASH.test(key) ? undefined : { name, key, isActive: true };
    });
  return found.every((each) => each !== undefined) ? found : undefined;
}

/** Splits a line at its last white space, otherwise at the first equals sign or comma before more text. */
function nameAndKey(line: string): readonly [string, string] {
  const words = line.split(/\s+/);
  const last = words.pop() ?? '';
  if (words.length > 0) return [words.join(' ').replace(/ ?[=,]$/, ''), last.replace(/^[=,]/, '')];
  // A key can end with equals signs.
  const at = last.search(/[=,][^=,]/);
  return at < 0 ? ['imported', last] : [last.slice(0, at), last.slice(at + 1)];
}

/** Another program's name in the form of ours. */
export function tidyName(name: string): string {
  const tidy = name
    .replaceAll(/[^\p{L}\p{N} ._@-]/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 56)
    .trimEnd();
  return tidy === '' ? 'imported' : tidy;
}
