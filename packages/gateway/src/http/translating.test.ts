import { isJsonObject, type JsonValue } from '@postern/kernel';
import { textReply, type FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const RESPONSES = '/v1/responses';
const CLAUDE = { model: 'anthropic/claude-x' };
const GPT = { model: 'openai/gpt-x' };
const streamed = { stream: true };
const question = { input: 'hi', messages: undefined, max_tokens: undefined };

async function bodySent(index = 0): Promise<Readonly<Record<string, JsonValue | undefined>>> {
  const { json } = await world.upstream.request(index);
  if (!isJsonObject(json)) throw new Error('no JSON was sent');
  return json;
}

const raw = (body: string, delivery: object = {}): FakeReply => ({
  kind: 'raw',
  status: 200,
  contentType: 'text/event-stream',
  body,
  ...delivery,
});

describe('a request to a provider of another dialect', () => {
  it('is translated, without the headers of the client and its dialect', async () => {
    await world.start();
    const response = await fetch(`${world.running.url}${MESSAGES}?beta=true`, {
      method: 'POST',
      headers: {
        'x-api-key': world.running.key,
        'anthropic-version': '2023-06-01',
        'anthropic-beta': 'one-2025-01-01',
      },
      body: JSON.stringify({
        ...GPT,
        max_tokens: 7,
        stop_sequences: ['END'],
        messages: [{ role: 'user', content: 'hi' }],
      }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    expect(response.headers.get('x-postern-warnings')).toBeNull();
    const sent = await world.upstream.request(0);
    expect(sent.path).toBe('/v1/chat/completions');
    expect(Object.keys(sent.headers).filter((name) => name.startsWith('anthropic'))).toEqual([]);
    expect(sent.headers.authorization).toBe('Bearer sk-upstream-key-of-the-test');
    expect(sent.json).toMatchObject({ model: 'gpt-x', stop: ['END'] });
    expect(sent.violations).toEqual([]);
  });

  it('is written for a server with the quirks in the configuration', async () => {
    const baseUrl = world.upstream.baseUrls['openai-chat'];
    const quirks = { takesTopK: true, tokenLimit: 'max_completion_tokens' } as const;
    await world.start({
      endpoints: {
        house: { dialect: 'openai-chat', baseUrl, quirks },
        other: { dialect: 'openai-chat', baseUrl },
      },
    });
    await world.post(MESSAGES, { model: 'house/m', max_tokens: 7, top_k: 5 });
    await world.post(MESSAGES, { model: 'other/m', max_tokens: 7, top_k: 5 });
    expect(await bodySent(0)).toMatchObject({ max_completion_tokens: 7, top_k: 5 });
    expect(await bodySent(1)).toMatchObject({ max_tokens: 7 });
    expect(await bodySent(1)).not.toHaveProperty('top_k');
  });

  it('lists what the translation dropped in a header', async () => {
    await world.start();
    const response = await world.post(MESSAGES, { ...GPT, top_k: 5, container: 'x"ü' });
    expect(response.status).toBe(200);
    const warnings = response.headers.get('x-postern-warnings') ?? '';
    expect(warnings).toContain('dropped;path="topK";reason="');
    expect(warnings).toContain('dropped;path="extra.container"');
    expect(await bodySent()).not.toHaveProperty('top_k');
  });

  it('keeps the header short', async () => {
    await world.start();
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`field_${at}`, at]));
    const response = await world.post(MESSAGES, { ...GPT, ...many });
    const warnings = response.headers.get('x-postern-warnings') ?? '';
    expect(warnings.length).toBeLessThan(2048);
    expect(warnings).toMatch(/, more;count=\d+$/);
  });

  it.each([
    [CHAT, { ...CLAUDE, n: 2 }, 'n', 'GATEWAY_TRANSLATION_UNAVAILABLE'],
    [CHAT, { ...CLAUDE, messages: 'hi' }, 'messages', 'REQUEST_INVALID'],
    [
      RESPONSES,
      { ...CLAUDE, ...question, background: true },
      'background',
      'GATEWAY_TRANSLATION_UNAVAILABLE',
    ],
  ])(
    'is refused with the field that has no translation: %s %j',
    async (path, body, param, code) => {
      await world.start();
      const response = await world.post(path, body);
      expect(await response.json()).toMatchObject({
        error: { param, code, message: expect.stringContaining(`${param}: `) as unknown },
      });
      expect(world.upstream.requests).toEqual([]);
      expect(world.running.entries).toEqual([]);
    },
  );

  it('is refused if it continues a stored thread, in the words that the SDK knows', async () => {
    await world.start();
    const thread = { type: 'continue', previous_message_id: 'msg_1' };
    const response = await world.post(MESSAGES, { ...GPT, thread });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
      },
    });
    const same = await world.post(MESSAGES, { ...CLAUDE, thread });
    await same.text();
    expect(await bodySent()).toMatchObject({ thread });
  });
});

describe('a translated response', () => {
  it('is a stream if the client wants one and the upstream ignores that', async () => {
    await world.start();
    const completion = {
      id: 'chatcmpl-1',
      model: 'gpt-x',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'whole' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    };
    const body = JSON.stringify(completion);
    world.upstream.next({ kind: 'raw', status: 200, contentType: 'application/json', body });
    const text = await (await world.post(MESSAGES, { ...GPT, ...streamed })).text();
    expect(text).toContain('"text":"whole"');
    expect(text).toMatch(/event: message_stop\n.*\n\n$/);
    expect(world.running.entries).toMatchObject([
      { streamed: true, ending: 'complete', estimated: false, usage: { outputTokens: 2 } },
    ]);
  });

  it('is one JSON value if the upstream streams unasked', async () => {
    await world.start();
    const chunk = {
      id: 'c',
      model: 'm',
      choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }],
    };
    world.upstream.next(raw(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`));
    const response = await world.post(MESSAGES, GPT);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ content: [{ type: 'text', text: 'a' }] });
  });

  it('comments on what was dropped from a stream before its end', async () => {
    await world.start();
    const events = [
      { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { input_tokens: 1 } } },
      {
        type: 'message_delta',
        delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
        usage: { output_tokens: 1 },
      },
      { type: 'message_stop' },
    ];
    world.upstream.next(
      raw(
        events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
      ),
    );
    const text = await (await world.post(CHAT, { ...CLAUDE, ...streamed })).text();
    expect(text).toMatch(
      /\n\n: x-postern-warnings: dropped;path="stopSequence";reason="[^\n]*"\n\n/,
    );
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });
});

describe('an error of the upstream', () => {
  it.each([
    [400, 400, 'invalid_request_error'],
    [402, 402, 'billing_error'],
    [404, 404, 'not_found_error'],
    [429, 429, 'rate_limit_error'],
    [500, 500, 'api_error'],
    [503, 529, 'overloaded_error'],
  ])('%i becomes %i in the dialect of the client', async (status, expected, type) => {
    await world.start();
    world.upstream.next({ kind: 'error', status, message: 'words of the provider', retryAfter: 3 });
    const response = await world.post(MESSAGES, { ...GPT, ...streamed });
    expect(response.status).toBe(expected);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type, message: 'words of the provider' },
    });
    expect(world.running.entries).toMatchObject([{ status: expected, usage: {} }]);
  });

  it('keeps what it says about retries', async () => {
    await world.start();
    const headers = { 'x-should-retry': 'false' };
    world.upstream.next({ kind: 'error', status: 529, headers });
    const response = await world.post(CHAT, CLAUDE);
    expect(response.status).toBe(503);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await response.json()).toMatchObject({ error: { type: 'server_error' } });
  });

  it('about its key has the words of the gateway', async () => {
    await world.start();
    world.upstream.next({ kind: 'error', status: 401, message: 'sk-upstream-key-of-the-test' });
    const response = await world.post(MESSAGES, GPT);
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('sk-upstream');
  });

  it('that is the first event of a stream becomes a status', async () => {
    await world.start();
    world.upstream.next(
      textReply('a', {
        fault: { kind: 'error-event', afterFrames: 1, errorType: 'overloaded_error' },
      }),
    );
    const response = await world.post(CHAT, { ...CLAUDE, ...streamed });
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ error: { code: 'UPSTREAM_OVERLOADED' } });
  });

  it.each([
    ['not JSON', 'application/json', '{"choices":'],
    ['another JSON', 'application/json', '{"hello":1}'],
    ['a page', 'text/html', '<html>'],
  ])('is %s: 502', async (_name, contentType, body) => {
    await world.start();
    for (const changes of [{}, streamed]) {
      world.upstream.next({ kind: 'raw', status: 200, contentType, body });
      const response = await world.post(MESSAGES, { ...GPT, ...changes });
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ error: { type: 'api_error' } });
    }
  });

  it.each([
    ['an error event', { kind: 'error-event', afterFrames: 4 }],
    ['broken JSON', { kind: 'malformed', afterFrames: 4 }],
    ['a closed connection', { kind: 'cut', afterFrames: 4 }],
  ] as const)('in a stream is the last event of the client: %s', async (_name, fault) => {
    await world.start();
    world.upstream.next(textReply('word '.repeat(40), { fault }));
    const response = await world.post(MESSAGES, { ...GPT, ...streamed });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toMatch(/event: error\ndata: \{"type":"error".*\n\n$/);
    expect(text.split('event: error')).toHaveLength(2);
    expect(text).not.toContain('message_stop');
    expect(world.running.entries).toMatchObject([{ status: 200, ending: 'cut', estimated: true }]);
    expect(world.running.entries[0]?.usage.outputTokens).toBeGreaterThan(1);
  });

  it('is the last event if the stream just ends', async () => {
    await world.start();
    world.upstream.next(
      raw('data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'),
    );
    const text = await (await world.post(MESSAGES, { ...GPT, ...streamed })).text();
    expect(text).toMatch(/event: error\ndata: \{.*\n\n$/);
    expect(world.running.entries).toMatchObject([{ ending: 'cut' }]);
  });
});
