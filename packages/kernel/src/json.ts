import { failed, ok, type Result } from './result.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export type JsonFailure =
  | { readonly reason: 'json-too-large'; readonly maxLength: number }
  | { readonly reason: 'json-too-deep'; readonly maxDepth: number }
  | { readonly reason: 'json-malformed' }
  | { readonly reason: 'json-forbidden-key' };

export interface JsonLimits {
  /** In UTF-16 code units. */
  readonly maxLength?: number;
  readonly maxDepth?: number;
}

const DEFAULT_MAX_LENGTH = 64 * 1024 * 1024;
const DEFAULT_MAX_DEPTH = 128;

/**
 * Parses untrusted JSON (RFC 8259). Refuses texts over the limits before parsing them. Also refuses
 * objects that could change a prototype when merged: a key `__proto__`, or a key `constructor` whose value
 * has a key `prototype`. Failures contain no part of the text.
 */
export function parseJson(text: string, limits: JsonLimits = {}): Result<JsonValue, JsonFailure> {
  const maxLength = limits.maxLength ?? DEFAULT_MAX_LENGTH;
  const maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
  if (text.length > maxLength) return failed({ reason: 'json-too-large', maxLength });
  if (exceedsDepth(text, maxDepth)) return failed({ reason: 'json-too-deep', maxDepth });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failed({ reason: 'json-malformed' });
  }
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- what JSON.parse returns is a JsonValue by definition
  const json = value as JsonValue;
  if (MAY_REACH_PROTOTYPE.test(text) && reachesPrototype(json)) {
    return failed({ reason: 'json-forbidden-key' });
  }
  return ok(json);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// A fast check of the raw text. Either word may be hidden behind `\u` escapes.
const MAY_REACH_PROTOTYPE = /__proto__|constructor|\\u/;

function reachesPrototype(root: JsonValue): boolean {
  // Not recursive, because the caller's depth limit may exceed the call stack.
  const waiting: JsonValue[] = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (isJsonObject(value) && hasForbiddenKey(value)) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values<JsonValue>(value)) waiting.push(inner);
  }
  return false;
}

function hasForbiddenKey(value: JsonObject): boolean {
  return Object.entries(value).some(([key, inner]) => {
    if (key === '__proto__') return true;
    return key === 'constructor' && isJsonObject(inner) && Object.hasOwn(inner, 'prototype');
  });
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function exceedsDepth(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === 0x5b || code === 0x7b) depth += 1;
    else if (code === 0x5d || code === 0x7d) depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

function endOfString(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

function isEscaped(text: string, quoteAt: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quoteAt - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
