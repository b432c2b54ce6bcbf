import type { DialectId } from '@postern/protocol';
import type { JsonObject } from '@postern/kernel';
import { FAIR_MARK } from './hostile-upstream.ts';
import { mutateBytes, mutateJson } from './mutations.ts';
import type { Random } from './random.ts';

/** One request as bytes, and what can be said about its response. */
export interface FuzzRequest {
  readonly bytes: Buffer;
  readonly method: string;
  readonly path: string;
  /** The dialect of the path, if it is a route of one. */
  readonly dialect: DialectId | undefined;
  /** Whether the response may be a stream of the dialect. */
  readonly isAnswer: boolean;
  /** Whether it has a token that isn't valid. */
  readonly isDenied: boolean;
  /** Whether the upstream responds with an unchanged recording, and nothing prevents it. */
  readonly isFair: boolean;
  /** Whether the server may wait for more of the request. */
  readonly mayBeIncomplete: boolean;
}

export interface RequestParts {
  /** Tokens of keys with different scopes and limits. */
  readonly keys: readonly [string, ...string[]];
  /** The token of a key without limits. */
  readonly freeKey: string;
  /** The port of the gateway, for the header `host`. */
  readonly port: number;
  /** A text that no response may contain. */
  readonly clientMark: string;
}

const PATHS: readonly [readonly [string, DialectId], ...(readonly [string, DialectId])[]] = [
  ['/v1/chat/completions', 'openai-chat'],
  ['/v1/messages', 'anthropic-messages'],
  ['/v1/responses', 'openai-responses'],
];
const COUNTS: readonly [readonly [string, DialectId], ...(readonly [string, DialectId])[]] = [
  ['/v1/messages/count_tokens', 'anthropic-messages'],
  ['/v1/responses/input_tokens', 'openai-responses'],
  ['/v1/embeddings', 'openai-chat'],
];
const MODELS = [
  'openai-chat-box/m',
  'anthropic-messages-box/m',
  'openai-responses-box/m',
  'any',
  'again',
] as const;
/** These models are called only by fair requests, so that no breaker is open for them. */
const FAIR_MODELS = [
  'openai-chat-box/steady',
  'anthropic-messages-box/steady',
  'openai-responses-box/steady',
] as const;

const TOOL_SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Valid bodies with the prompt `text`, from a plain one to one with tools, images and reasoning. */
const BODIES: Readonly<Record<DialectId, readonly [Body, ...Body[]]>> = {
  'openai-chat': [
    (text) => ({ messages: [{ role: 'user', content: text }] }),
    (text) => ({
      max_tokens: 64,
      temperature: 0.5,
      stop: ['END'],
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${IMAGE}` } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'weather', arguments: '{"city":"Oslo"}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'Rain.' },
        { role: 'user', content: 'And tomorrow?' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', parameters: TOOL_SCHEMA } }],
      tool_choice: 'auto',
    }),
  ],
  'anthropic-messages': [
    (text) => ({ max_tokens: 64, messages: [{ role: 'user', content: text }] }),
    (text) => ({
      max_tokens: 4096,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Let me look.' },
            { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [{ type: 'text', text: 'Rain.' }],
            },
            { type: 'text', text: 'And tomorrow?' },
          ],
        },
      ],
      tools: [{ name: 'weather', description: 'Weather', input_schema: TOOL_SCHEMA }],
    }),
  ],
  'openai-responses': [
    (text) => ({ store: false, input: text }),
    (text) => ({
      store: false,
      instructions: 'Be brief.',
      max_output_tokens: 64,
      reasoning: { effort: 'low', summary: 'auto' },
      input: [
        { role: 'user', content: [{ type: 'input_text', text }] },
        { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'Rain.' },
        { role: 'user', content: 'And tomorrow?' },
      ],
      tools: [{ type: 'function', name: 'weather', parameters: TOOL_SCHEMA, strict: true }],
    }),
  ],
};
type Body = (text: string) => JsonObject;

const ODD_HEADERS = (mark: string): readonly [string, ...string[]] => [
  `x-note: ${mark}`,
  `cookie: session=${mark}`,
  `user-agent: ${mark}`,
  `referer: https://${mark}.example/`,
  `x-forwarded-for: ${mark}, 10.0.0.1`,
  `forwarded: for=${mark}`,
  `origin: https://${mark}.example`,
  `sec-fetch-site: cross-site`,
  `host: ${mark}.example`,
  'host: localhost#@evil',
  'host: [::1',
  'host:',
  `anthropic-beta: ${mark}, other`,
  `anthropic-version: ${mark}`,
  `openai-organization: ${mark}`,
  `x-claude-code-session-id: ${mark}`,
  `x-request-id: ${mark}`,
  `idempotency-key: ${mark}`,
  `traceparent: 00-${mark}-01`,
  `content-encoding: gzip`,
  `content-type: text/plain; x=${mark}`,
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'expect: 100-continue',
  `expect: ${mark}`,
  'connection: upgrade\r\nupgrade: h2c',
  'content-length: 18446744073709551617',
  'content-length: -1',
  'content-length: 3',
  `x-long: ${mark}${'y'.repeat(17_000)}`,
  `${mark}: x`,
  `x\0y: ${mark}`,
  ` folded: ${mark}`,
  `x-latin: \xff\xfe${mark}`,
];

/** Builds one request; `number` is the one in its prompt that the upstream reads. */
export function fuzzRequest(parts: RequestParts, number: number, random: Random): FuzzRequest {
  if (random.chance(0.2)) return fairRequest(parts, number, random);
  if (random.chance(0.07)) return bodiless(parts, random);
  const [path, dialect] = random.pick(random.chance(0.85) ? PATHS : COUNTS);
  const text = `Weather? fuzz:${number} ${parts.clientMark}`;
  const model = random.chance(0.97) ? random.pick(MODELS) : `${parts.clientMark}/m`;
  const body = { model, stream: random.chance(0.6), ...bodyFor(path, dialect, text, random) };
  const changedJson = random.chance(0.4) ? mutateJson(body, random) : body;
  const json = Buffer.from(JSON.stringify(changedJson));
  const payload = random.chance(0.15) ? mutateBytes(json, random) : json;
  return withHead({ parts, method: 'POST', path, dialect, payload, random });
}

function bodyFor(path: string, dialect: DialectId, text: string, random: Random): JsonObject {
  return path === '/v1/embeddings' ? { input: text } : random.pick(BODIES[dialect])(text);
}

function fairRequest(parts: RequestParts, number: number, random: Random): FuzzRequest {
  const [path, dialect] = random.pick(PATHS);
  const text = `${FAIR_MARK} fuzz:${number} ${parts.clientMark}`;
  const body = BODIES[dialect][0](text);
  const model = random.pick(FAIR_MODELS);
  const payload = Buffer.from(JSON.stringify({ model, stream: random.chance(0.7), ...body }));
  const head = headText({
    port: parts.port,
    method: 'POST',
    target: path,
    lines: [`authorization: Bearer ${parts.freeKey}`],
    length: payload.length,
  });
  const bytes = Buffer.concat([Buffer.from(head), payload]);
  const known = {
    isAnswer: true,
    isDenied: false,
    isFair: true,
    mayBeIncomplete: false,
  };
  return { bytes, method: 'POST', path, dialect, ...known };
}

function bodiless(parts: RequestParts, random: Random): FuzzRequest {
  const path = random.pick([
    '/v1/models',
    '/v1/models?limit=2',
    '/v1/models?limit=-1&after_id=%00',
    `/v1/models/${parts.clientMark}`,
    '/v1/models/any',
    '/',
    '/readyz',
    '/metrics',
    `/${parts.clientMark}`,
    '/v1/../v1/messages',
    '//v1/models',
    '/v1/%6dodels',
    'http://evil.example/v1/models',
    '*',
  ]);
  const method = random.pick(['GET', 'GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE', 'CONNECT']);
  const payload = Buffer.alloc(0);
  return withHead({ parts, method, path, dialect: undefined, payload, random });
}

interface HeadParts {
  readonly parts: RequestParts;
  readonly method: string;
  readonly path: string;
  readonly dialect: DialectId | undefined;
  readonly payload: Buffer;
  readonly random: Random;
}

function withHead({ parts, method, path, dialect, payload, random }: HeadParts): FuzzRequest {
  const isDenied = random.chance(0.06);
  const key = isDenied ? wrongToken(parts, random) : random.pick(parts.keys);
  const name = random.pick(['authorization: Bearer ', 'x-api-key: ']);
  const odd = Array.from({ length: random.chance(0.35) ? 1 + random.below(3) : 0 }, () =>
    random.pick(ODD_HEADERS(parts.clientMark)),
  );
  const target = random.chance(0.1) ? `${path}?beta=true&x=${parts.clientMark}` : path;
  const lines = [`${name}${key}`, ...odd];
  const head = Buffer.from(
    headText({ port: parts.port, method, target, lines, length: payload.length }),
    'latin1',
  );
  const isMangled = random.chance(0.06);
  const bytes = Buffer.concat([isMangled ? mutateBytes(head, random) : head, payload]);
  return {
    bytes,
    method,
    path,
    dialect,
    isAnswer: PATHS.some(([answerPath]) => answerPath === path),
    isDenied: isDenied && !isMangled,
    isFair: false,
    mayBeIncomplete: isMangled || odd.length > 0 || method === 'CONNECT' || method === 'HEAD',
  };
}

function wrongToken({ freeKey, clientMark }: RequestParts, random: Random): string {
  return random.pick([
    `sk-postern-${clientMark}`,
    clientMark,
    freeKey.slice(0, -1),
    `${freeKey}x`,
    freeKey.toUpperCase(),
    `' OR 1=1 -- ${clientMark}`,
    `\xff\xfe${clientMark}`,
    '',
    'a'.repeat(10_000),
  ]);
}

interface HeadText {
  readonly port: number;
  readonly method: string;
  readonly target: string;
  readonly lines: readonly string[];
  readonly length: number;
}

function headText({ port, method, target, lines, length }: HeadText): string {
  return [
    `${method} ${target} HTTP/1.1`,
    `host: localhost:${port}`,
    'content-type: application/json',
    ...(length === 0 ? [] : [`content-length: ${length}`]),
    ...lines,
    'connection: close',
    '',
    '',
  ].join('\r\n');
}
