import { failed, isJsonObject, ok, parseJson, type Result } from '@postern/kernel';
import { isUtf8 } from 'node:buffer';
import { ObjectScan, type ScanEnd, type Span } from './scan-json.ts';
import type { Turns } from './turns.ts';

/** What the gateway needs from a request's body. */
export interface RequestBody {
  readonly bytes: Buffer;
  /** The requested model, and the span of its JSON text. */
  readonly model: { readonly name: string; readonly span: Span };
  /** The span of the value of `stream` if it is `true`, otherwise undefined. */
  readonly stream: Span | undefined;
  readonly streamOptions: StreamOptions | undefined;
  /** The span of the value of `usage`, in which OpenRouter's clients request it. */
  readonly usage: Span | undefined;
  /** The most tokens that the answers may have together; undefined if the client set no limit. */
  readonly maxOutputTokens: number | undefined;
  readonly serviceTier: string | undefined;
  readonly conversation: ConversationSpans;
}

/** What shows which conversation a request belongs to. The fields aren't checked. */
interface ConversationSpans {
  /** The value of `messages` or `input`. */
  readonly items: Span | undefined;
  /** The value of `prompt_cache_key`. */
  readonly cacheKey: Span | undefined;
}

/** The parts of OpenAI's `stream_options` that metering needs. */
interface StreamOptions {
  readonly span: Span;
  /** Whether it is an empty object, an object with members, or something else. */
  readonly holds: 'nothing' | 'members' | 'no-object';
  /** The value of `include_usage`, if there is one. */
  readonly includeUsage: Span | undefined;
}

export type BodyFailure =
  | { readonly reason: 'body-malformed' }
  | { readonly reason: 'body-too-deep' }
  /** A field that determines the route is repeated, possibly in a different case. */
  | { readonly reason: 'body-ambiguous'; readonly field: DecidingField }
  | { readonly reason: 'model-missing' };

/** The names of the longest answer's length, of the dialects. */
const MAX_TOKENS_FIELDS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const;
const DECIDING_FIELDS = [
  'model',
  'stream',
  'stream_options',
  'include_usage',
  'usage',
  ...MAX_TOKENS_FIELDS,
  'n',
  'service_tier',
] as const;
type DecidingField = (typeof DECIDING_FIELDS)[number];
const BY_NAME: ReadonlyMap<string, DecidingField> = new Map(
  DECIDING_FIELDS.map((field) => [field, field]),
);
const BY_UPPER_NAME: ReadonlyMap<string, DecidingField> = new Map(
  DECIDING_FIELDS.map((field) => [field.toUpperCase(), field]),
);

/** Fields that are only noted. If one is repeated, the last one counts. */
const NOTED_FIELDS = new Set(['messages', 'input', 'prompt_cache_key']);
const LONGEST_FIELD = Math.max(
  ...[...DECIDING_FIELDS, ...NOTED_FIELDS].map((field) => field.length),
);

const MAX_DEPTH = 128;
const MANY_PIECES = 16;
/** The maximum length of a key that determines the route, with every character as a `\u` escape. */
const MIN_KEY_BYTES = 2 + Math.min(...DECIDING_FIELDS.map((field) => field.length));
const MAX_KEY_BYTES = 2 + 6 * LONGEST_FIELD;
const MAX_MODEL_BYTES = 2048;
const MAX_USAGE_BYTES = 1024;
const MAX_NUMBER_BYTES = 32;
const MAX_TIER_BYTES = 64;

/**
 * Checks that a body is one JSON object and finds the fields that determine its route. JSON parsers differ in
 * which of two equal keys they use, and some ignore case in keys. So a repeated routing field is rejected:
 * otherwise the gateway could check one model and the upstream use another. A large body is read over many
 * turns of the event loop.
 */
export async function readRequestBody(
  pieces: readonly Buffer[],
  turns: Turns,
): Promise<Result<RequestBody, BodyFailure>> {
  const bytes = await joined(pieces, turns);
  if (!isUtf8(bytes)) return failed({ reason: 'body-malformed' });
  const found = await decidingMembers(bytes, { start: 0, end: bytes.length }, turns);
  if (!found.ok) return found;
  const { spans, noted } = found.value;
  const modelSpan = spans.get('model');
  const name = modelSpan === undefined ? undefined : modelName(bytes, modelSpan);
  if (modelSpan === undefined || name === undefined) return failed({ reason: 'model-missing' });
  const stream = spans.get('stream');
  const optionsSpan = spans.get('stream_options');
  const streamOptions =
    optionsSpan === undefined ? ok() : await readStreamOptions(bytes, optionsSpan, turns);
  if (!streamOptions.ok) return streamOptions;
  return ok({
    bytes,
    model: { name, span: modelSpan },
    stream: stream !== undefined && isTrue(bytes, stream) ? stream : undefined,
    streamOptions: streamOptions.value,
    usage: spans.get('usage'),
    maxOutputTokens: maxOutputTokens(bytes, spans),
    serviceTier: serviceTier(bytes, spans.get('service_tier')),
    conversation: {
      items: noted.get('messages') ?? noted.get('input'),
      cacheKey: noted.get('prompt_cache_key'),
    },
  });
}

/** The largest limit that is set, for each of the answers that the client wants. */
function maxOutputTokens(bytes: Buffer, spans: Spans): number | undefined {
  const limits = MAX_TOKENS_FIELDS.flatMap((field) => countAt(bytes, spans.get(field)) ?? []);
  const answers = Math.max(1, countAt(bytes, spans.get('n')) ?? 1);
  return limits.length === 0 ? undefined : answers * Math.max(...limits);
}

function serviceTier(bytes: Buffer, span: Span | undefined): string | undefined {
  if (span === undefined || bytes[span.start] !== 0x22 || span.end - span.start > MAX_TIER_BYTES) {
    return undefined;
  }
  return stringValue(bytes, span);
}

/** A number, if it is one. The upstream decides whether it is a valid limit. */
function countAt(bytes: Buffer, span: Span | undefined): number | undefined {
  if (span === undefined || span.end - span.start > MAX_NUMBER_BYTES) return undefined;
  const value = Number(bytes.toString('latin1', span.start, span.end));
  return Number.isFinite(value) && value > 0 ? Math.ceil(value) : undefined;
}

/** Joining many pieces takes time too, so it has its own turn of the event loop. */
async function joined(pieces: readonly Buffer[], turns: Turns): Promise<Buffer> {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  if (pieces.length <= MANY_PIECES) return Buffer.concat(pieces);
  await turns.next();
  const bytes = Buffer.concat(pieces);
  await turns.next();
  return bytes;
}

/**
 * Whether the client itself requested the usage chunk at the end of the stream: as OpenAI's clients do, or with
 * OpenRouter's `usage: {include: true}`.
 */
export function asksForUsage({ bytes, streamOptions, usage }: RequestBody): boolean {
  const value = streamOptions?.includeUsage;
  if (value !== undefined && isTrue(bytes, value)) return true;
  if (usage === undefined || usage.end - usage.start > MAX_USAGE_BYTES) return false;
  const parsed = parseJson(bytes.toString('utf8', usage.start, usage.end));
  return parsed.ok && isJsonObject(parsed.value) && parsed.value['include'] === true;
}

async function readStreamOptions(
  bytes: Buffer,
  span: Span,
  turns: Turns,
): Promise<Result<StreamOptions, BodyFailure>> {
  if (bytes[span.start] !== 0x7b) return ok({ span, holds: 'no-object', includeUsage: undefined });
  const found = await decidingMembers(bytes, span, turns);
  if (!found.ok) return found;
  const { spans, count } = found.value;
  return ok({
    span,
    holds: count === 0 ? 'nothing' : 'members',
    includeUsage: spans.get('include_usage'),
  });
}

type Spans = ReadonlyMap<DecidingField, Span>;

interface DecidingMembers {
  readonly spans: Spans;
  readonly noted: ReadonlyMap<string, Span>;
  readonly count: number;
}

async function decidingMembers(
  bytes: Buffer,
  span: Span,
  turns: Turns,
): Promise<Result<DecidingMembers, BodyFailure>> {
  const spans = new Map<DecidingField, Span>();
  const noted = new Map<string, Span>();
  let ambiguous: DecidingField | undefined;
  let count = 0;
  const scan = new ObjectScan(bytes, span, MAX_DEPTH, (key, value) => {
    count += 1;
    const name = keyName(bytes, key);
    const field = BY_NAME.get(name);
    const meant = field ?? fieldInOtherCase(name);
    if (meant === undefined) {
      if (NOTED_FIELDS.has(name)) noted.set(name, value);
      return;
    }
    if (field === undefined || spans.has(field)) ambiguous ??= meant;
    else spans.set(field, value);
  });
  const end = await scanned(scan, turns);
  if (end !== 'whole') return failed({ reason: `body-${end}` });
  if (ambiguous !== undefined) return failed({ reason: 'body-ambiguous', field: ambiguous });
  return ok({ spans, noted, count });
}

async function scanned(scan: ObjectScan, turns: Turns): Promise<ScanEnd> {
  for (;;) {
    const end = scan.step();
    if (end !== undefined) return end;
    await turns.next();
  }
}

/** Upper case also folds letters such as `ſ`, which case-insensitive parsers treat as `s`. */
function fieldInOtherCase(name: string): DecidingField | undefined {
  return BY_UPPER_NAME.get(name.toUpperCase());
}

/** The text of a key; empty if it is too long to determine the route. */
function keyName(bytes: Buffer, key: Span): string {
  const length = key.end - key.start;
  if (length < MIN_KEY_BYTES || length > MAX_KEY_BYTES) return '';
  return stringValue(bytes, key) ?? '';
}

function modelName(bytes: Buffer, span: Span): string | undefined {
  if (bytes[span.start] !== 0x22 || span.end - span.start > MAX_MODEL_BYTES) return undefined;
  const name = stringValue(bytes, span);
  return name === '' ? undefined : name;
}

function stringValue(bytes: Buffer, span: Span): string | undefined {
  const text = bytes.toString('utf8', span.start, span.end);
  if (!text.includes('\\')) return text.slice(1, -1);
  const parsed = parseJson(text);
  return parsed.ok && typeof parsed.value === 'string' ? parsed.value : undefined;
}

function isTrue(bytes: Buffer, span: Span): boolean {
  // In valid JSON only the literal `true` begins with this letter.
  return bytes[span.start] === 0x74;
}
