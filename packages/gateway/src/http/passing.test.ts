import { expectOk, isJsonObject, parseJson } from '@postern/kernel';
import {
  corpusFiles,
  readRecording,
  startFakeUpstream,
  textReply,
  type FakeUpstream,
} from '@postern/testing';
import { basename } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/start-gateway.ts';

let upstream: FakeUpstream;
let running: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  running = await startGateway({ baseUrls: upstream.baseUrls });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

const PATHS = {
  'anthropic-messages': '/v1/messages',
  'openai-chat': '/v1/chat/completions',
} as const;

type PassedDialect = keyof typeof PATHS;

const CHAT = { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] };
const MESSAGES = { ...CHAT, max_tokens: 5 };

function ask(
  dialect: PassedDialect,
  body: string | object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(running.url + PATHS[dialect], {
    method: 'POST',
    headers: { 'x-api-key': running.key, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const sentBody = async (index = 0): Promise<string> =>
  Buffer.from((await upstream.request(index)).body).toString();

describe('the request', () => {
  const nasty = `{ "model" : "MODEL","messages":[{"role":"user","content":"a\\u00e9\\ud83d\\ude00 \\/ é😀 \\"model\\":\\"x\\""}] ,
  "max_tokens":5,"temperature":0.10,"metadata":{"user_id":"u"}}`;

  it('goes on byte for byte', async () => {
    const body = nasty.replace('MODEL', 'claude');
    expect((await ask('anthropic-messages', body)).status).toBe(200);
    expect(await sentBody()).toBe(body);
  });

  it('loses the prefix of its model and nothing else', async () => {
    await ask('anthropic-messages', nasty.replace('MODEL', 'anthropic\\/claude'));
    expect(await sentBody()).toBe(nasty.replace('MODEL', 'claude'));
  });

  it('goes to the path of its dialect at a provider that speaks several', async () => {
    const alsoSpeaks = [{ dialect: 'anthropic-messages' as const, path: '/messages' }];
    const baseUrl = upstream.baseUrls['openai-chat'];
    const both = await startGateway({
      baseUrls: upstream.baseUrls,
      endpoints: { both: { dialect: 'openai-chat', baseUrl, alsoSpeaks } },
    });
    for (const path of Object.values(PATHS)) {
      const response = await fetch(both.url + path, {
        method: 'POST',
        headers: { 'x-api-key': both.key },
        body: JSON.stringify({ ...MESSAGES, model: 'both/m' }),
      });
      expect(response.status).toBe(200);
    }
    await both.close();
    const sent = [await upstream.request(0), await upstream.request(1)];
    expect(sent.map(({ path }) => path)).toEqual(Object.values(PATHS));
  });

  it('goes to the provider that the prefix names', async () => {
    const other = await startFakeUpstream();
    const both = await startGateway({
      baseUrls: upstream.baseUrls,
      endpoints: { lab: { dialect: 'openai-chat', baseUrl: other.baseUrls['openai-chat'] } },
    });
    const response = await fetch(`${both.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-api-key': both.key },
      body: JSON.stringify({ ...CHAT, model: 'lab/meta/llama' }),
    });
    expect(response.status).toBe(200);
    expect(other.requests[0]?.json).toEqual({ ...CHAT, model: 'meta/llama' });
    expect(upstream.requests).toHaveLength(0);
    await both.close();
    await other.close();
  });

  it('carries versions and betas verbatim, and the default version', async () => {
    await ask('anthropic-messages', MESSAGES);
    await ask('anthropic-messages', MESSAGES, {
      'anthropic-version': '2099-01-01',
      'anthropic-beta': 'never-heard-of-2099-12-31,b',
    });
    const [first, second] = upstream.requests;
    expect(first?.headers['anthropic-version']).toBe('2023-06-01');
    expect(second?.headers['anthropic-version']).toBe('2099-01-01');
    expect(second?.headers['anthropic-beta']).toBe('never-heard-of-2099-12-31,b');
  });

  it('forwards nothing that identifies the client', async () => {
    await ask('openai-chat', CHAT, {
      cookie: 'a=b',
      'x-forwarded-for': '10.1.2.3',
      forwarded: 'for=10.1.2.3',
      via: '1.1 x',
      'x-stainless-os': 'Linux',
      'openai-organization': 'org-of-the-client',
      'x-claude-code-session-id': 'session',
      'user-agent': 'client/1',
    });
    const sent = await upstream.request(0);
    const fields = Object.keys(sent.headers).sort();
    expect(fields).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
    expect(sent.headers.authorization).toBe('Bearer sk-upstream-key-of-the-test');
    expect(sent.headers['user-agent']).not.toContain('client');
    expect(sent.violations).toEqual([]);
  });
});

it.each([
  ['/messages', { type: 'error', error: { type: 'not_found_error' } }, '/v1/messages'],
  ['/v1/v1/messages', { type: 'error' }, '/v1/messages'],
  ['/chat/completions', { error: { code: 'ROUTE_UNKNOWN' } }, '/v1/chat/completions'],
  ['/v1/chat/completions/', { error: { code: 'ROUTE_UNKNOWN' } }, '/v1/chat/completions'],
])('a wrong base URL gets a hint: %s', async (path, shape, meant) => {
  const response = await fetch(running.url + path, { method: 'POST', body: '{}' });
  expect(response.status).toBe(404);
  const text = await response.text();
  expect(text).toContain(`Use ${meant}: check the base URL`);
  expect(JSON.parse(text)).toMatchObject(shape);
});

describe('the answer', () => {
  it("drops the upstream's own headers, and has our request id", async () => {
    for (const [dialect, body, idHeader] of [
      ['openai-chat', CHAT, 'x-request-id'],
      ['anthropic-messages', MESSAGES, 'request-id'],
    ] as const) {
      const response = await ask(dialect, body);
      expect([...response.headers.keys()].sort()).toEqual(
        [
          ...['connection', 'content-length', 'content-type', 'date', 'keep-alive', idHeader],
          ...['cache-control', 'x-content-type-options'],
        ].sort(),
      );
      expect(response.headers.get(idHeader)).toMatch(/^req_(?!fake)/);
    }
  });

  it('keeps the headers that say when to retry', async () => {
    upstream.next({
      kind: 'error',
      status: 429,
      headers: { 'retry-after': '7', 'retry-after-ms': '7000', 'x-should-retry': 'true' },
    });
    const response = await ask('openai-chat', CHAT);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('retry-after-ms')).toBe('7000');
    expect(response.headers.get('x-should-retry')).toBe('true');
    expect(response.headers.get('x-ratelimit-limit-requests')).toBeNull();
  });

  it.each([400, 403, 404, 413, 422, 429, 500, 503, 529])(
    'with status %i comes with its body unmodified',
    async (status) => {
      const body = `{"type":"error","error":{"type":"x_error","message":"prompt is too long: 5 > 4"} }`;
      upstream.next({ kind: 'raw', status, contentType: 'application/json', body });
      const response = await ask('anthropic-messages', MESSAGES);
      expect(response.status).toBe(status);
      expect(await response.text()).toBe(body);
    },
  );

  it('to a refused upstream key is ours, and says nothing of the key', async () => {
    upstream.next({
      kind: 'raw',
      status: 401,
      contentType: 'application/json',
      body: '{"error":{"message":"Incorrect API key provided: sk-upstream-key-of-the-test"}}',
    });
    const response = await ask('openai-chat', CHAT);
    expect(response.status).toBe(401);
    expect(response.headers.get('x-should-retry')).toBe('false');
    const text = await response.text();
    expect(text).toContain('UPSTREAM_KEY_REFUSED');
    expect(text).not.toContain('sk-upstream');
  });

  it('without a body or of an odd length arrives whole', async () => {
    for (const body of ['', 'x', 'x'.repeat(3_000_000)]) {
      upstream.next({ kind: 'raw', status: 200, contentType: 'text/plain', body });
      expect(await (await ask('openai-chat', CHAT)).text()).toBe(body);
    }
  });
});

describe('the usage chunk', () => {
  const streamed = async (body: object): Promise<{ text: string; asked: unknown }> => {
    const text = await (await ask('openai-chat', { ...CHAT, stream: true, ...body })).text();
    const sent = expectOk(parseJson(await sentBody(upstream.requests.length - 1)));
    return { text, asked: isJsonObject(sent) ? sent['stream_options'] : undefined };
  };

  it('is asked for and kept from a client that did not ask', async () => {
    for (const body of [
      {},
      { stream_options: null },
      { stream_options: { include_usage: false } },
    ]) {
      const { text, asked } = await streamed(body);
      expect(asked).toEqual({ include_usage: true });
      expect(text).not.toMatch(/"choices":\s*\[\]/);
      expect(text.trimEnd()).toMatch(/data: \[DONE\]$/);
    }
  });

  it('goes on to a client that asked', async () => {
    const { text } = await streamed({ stream_options: { include_usage: true } });
    expect(text).toMatch(/"choices":\s*\[\],"usage":\{/);
  });

  it.each([
    ['an endpoint that a person named', 'lab'],
    ['a provider that sends it unasked', 'mistral'],
  ])('is not asked for at %s', async (_name, provider) => {
    const baseUrl = upstream.baseUrls['openai-chat'];
    const named = await startGateway({
      baseUrls: upstream.baseUrls,
      endpoints: { lab: { dialect: 'openai-chat', baseUrl }, mistral: { baseUrl } },
    });
    await fetch(`${named.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-api-key': named.key },
      body: JSON.stringify({ ...CHAT, stream: true, model: `${provider}/x` }),
    });
    expect(await sentBody()).not.toContain('stream_options');
    await named.close();
  });
});

const FOLDERS: readonly (readonly [string, PassedDialect])[] = [
  ['anthropic-messages', 'anthropic-messages'],
  ['openai-chat', 'openai-chat'],
  ['groq-chat', 'openai-chat'],
  ['deepseek-chat', 'openai-chat'],
  ['openai-compatible-chat', 'openai-chat'],
];

describe('every recorded answer passes byte for byte', () => {
  const rows = FOLDERS.flatMap(([folder, dialect]) =>
    corpusFiles('streams', /./, { folder }).map((file): [string, string, PassedDialect] => [
      `${folder}/${basename(file)}`,
      file,
      dialect,
    ]),
  );

  it.each(rows)('%s', async (_name, file, dialect) => {
    const recording = readRecording(file, dialect);
    const expected = recording.kind === 'stream' ? recording.frames.join('') : recording.body;
    for (const chunking of ['event', 'whole', { bytes: 1009 }] as const) {
      upstream.next({ kind: 'recording', file, chunking });
      const body = {
        ...MESSAGES,
        stream: recording.kind === 'stream',
        // The client asks itself, so that nothing is to be kept from it.
        ...(dialect === 'openai-chat' && recording.kind === 'stream'
          ? { stream_options: { include_usage: true } }
          : {}),
      };
      const response = await ask(dialect, body);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(expected);
    }
  });
});

describe('a stream', () => {
  it('is not held back: each event arrives when it was sent', async () => {
    upstream.next(textReply('one two three four', { deltaDelayMs: 40 }));
    const response = await ask('anthropic-messages', { ...MESSAGES, stream: true });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    const request = await upstream.request(0);
    expect(Buffer.from(first?.value ?? []).toString()).toContain('message_start');
    expect(request.outcome).toBe('open');
    await reader?.cancel();
  });

  it('has headers that keep proxies from collecting it', async () => {
    const response = await ask('anthropic-messages', { ...MESSAGES, stream: true });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-length')).toBeNull();
    await response.text();
  });
});
