import Anthropic from '@anthropic-ai/sdk';
import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { startFakeUpstream, textReply, type FakeReply, type FakeUpstream } from '@postern/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/* The official client, without retries, checks what it accumulates. */

let upstream: FakeUpstream;
let running: RunningGateway;
let client: Anthropic;

beforeAll(async () => {
  upstream = await startFakeUpstream({
    headers: { 'anthropic-messages': { keys: ['sk-upstream-key-of-the-test'], anonymous: true } },
  });
  running = await startGateway({
    baseUrls: upstream.baseUrls,
    deps: { models: { modelsOf: () => Promise.resolve([{ id: 'claude-x', label: 'Claude X' }]) } },
  });
  client = new Anthropic({ baseURL: running.url, apiKey: running.key, maxRetries: 0 });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  expect(upstream.violations).toEqual([]);
  await running.close();
  await upstream.close();
});

const TEXT = 'Grüße, 世界! 😀 A "quoted" \\ back\nline';
const question = {
  model: 'claude-x',
  max_tokens: 1024,
  messages: [{ role: 'user' as const, content: 'Hello' }],
};

const tools: Anthropic.Tool[] = ['weather', 'clock'].map((name) => ({
  name,
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
}));

const toolReply: FakeReply = {
  kind: 'answer',
  parts: [
    { kind: 'thinking', text: 'Which city?', signature: 'c2lnbmVk' },
    { kind: 'text', text: 'Let me see.' },
    { kind: 'tool-call', id: 'toolu_one', name: 'weather', input: { city: 'Zürich "HB"' } },
    { kind: 'tool-call', id: 'toolu_two', name: 'clock', input: {} },
  ],
  inputTokens: 21,
  outputTokens: 34,
  cacheReadTokens: 8,
};

const content = [
  { type: 'thinking', thinking: 'Which city?', signature: 'c2lnbmVk' },
  { type: 'text', text: 'Let me see.' },
  { type: 'tool_use', id: 'toolu_one', name: 'weather', input: { city: 'Zürich "HB"' } },
  { type: 'tool_use', id: 'toolu_two', name: 'clock', input: {} },
];

describe('@anthropic-ai/sdk', () => {
  it('whole', async () => {
    upstream.next(textReply(TEXT));
    const message = await client.messages.create(question);
    expect(message.content).toMatchObject([{ type: 'text', text: TEXT }]);
    expect(message.stop_reason).toBe('end_turn');
    expect(message._request_id).toMatch(/^req_/);
  });

  it('streamed', async () => {
    upstream.next(textReply(TEXT));
    const stream = client.messages.stream(question);
    let text = '';
    stream.on('text', (delta) => (text += delta));
    const message = await stream.finalMessage();
    expect(text).toBe(TEXT);
    expect(message.content).toMatchObject([{ type: 'text', text: TEXT }]);
  });

  it('returns thinking and tools, whole and streamed, with the same counts', async () => {
    upstream.next(toolReply, toolReply);
    const whole = await client.messages.create({ ...question, tools });
    const streamed = await client.messages.stream({ ...question, tools }).finalMessage();
    for (const message of [whole, streamed]) {
      expect(message.content).toMatchObject(content);
      expect(message.stop_reason).toBe('tool_use');
      expect(message.usage).toMatchObject({
        input_tokens: 21,
        output_tokens: 34,
        cache_read_input_tokens: 8,
      });
    }
  });

  it('completes a tool round with the received content, including its signature', async () => {
    upstream.next(toolReply, textReply('Sunny.'));
    const first = await client.messages.stream({ ...question, tools }).finalMessage();
    const second = await client.messages
      .stream({
        ...question,
        tools,
        messages: [
          ...question.messages,
          { role: 'assistant', content: first.content },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'toolu_one', content: 'sun' },
              { type: 'tool_result', tool_use_id: 'toolu_two', content: '12:00' },
            ],
          },
        ],
      })
      .finalText();
    expect(second).toBe('Sunny.');
  });

  it('forwards beta headers unchanged', async () => {
    await client.beta.messages.create({ ...question, betas: ['one-2025-01-01', 'two-2099-01-01'] });
    const sent = await upstream.request(0);
    expect(sent.headers['anthropic-beta']).toBe('one-2025-01-01,two-2099-01-01');
  });

  it('accepts a token instead of a key', async () => {
    const other = new Anthropic({
      baseURL: running.url,
      apiKey: null,
      authToken: running.key,
      maxRetries: 0,
    });
    upstream.next(textReply(TEXT));
    expect((await other.messages.create(question)).content).toMatchObject([{ text: TEXT }]);
  });

  it.each([
    [400, Anthropic.BadRequestError, 'invalid_request_error'],
    [403, Anthropic.PermissionDeniedError, 'permission_error'],
    [404, Anthropic.NotFoundError, 'not_found_error'],
    [413, Anthropic.APIError, 'request_too_large'],
    [429, Anthropic.RateLimitError, 'rate_limit_error'],
    [500, Anthropic.InternalServerError, 'api_error'],
    [529, Anthropic.InternalServerError, 'overloaded_error'],
  ])('maps an upstream error %i to its error class', async (status, type, errorType) => {
    upstream.next({ kind: 'error', status, message: "the upstream's message" });
    const failure: unknown = await client.messages.create(question).catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(type);
    expect(failure).toMatchObject({
      status,
      error: { type: 'error', error: { type: errorType, message: "the upstream's message" } },
    });
  });

  it('maps gateway errors: key, dialect, route', async () => {
    const wrongKey = new Anthropic({ baseURL: running.url, apiKey: 'sk-x', maxRetries: 0 });
    await expect(wrongKey.messages.create(question)).rejects.toMatchObject({
      status: 401,
      error: { type: 'error', error: { type: 'authentication_error' } },
    });
    await expect(
      client.messages.create({
        ...question,
        model: 'openai/gpt',
        stop_sequences: ['1', '2', '3', '4', '5'],
      }),
    ).rejects.toMatchObject({
      status: 400,
      error: { type: 'error', error: { type: 'invalid_request_error' } },
    });
    await expect(client.messages.batches.list()).rejects.toMatchObject({
      status: 404,
      error: { type: 'error', error: { type: 'not_found_error' } },
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it('throws on an error inside a stream, sent by the upstream or caused by a closed connection', async () => {
    for (const fault of [
      { kind: 'error-event', afterFrames: 4 },
      { kind: 'cut', afterFrames: 4 },
    ] as const) {
      upstream.next(textReply(TEXT, { fault }));
      const stream = client.messages.stream(question);
      await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
    }
  });

  it('cancels the upstream request when a stream is closed', async () => {
    upstream.next(textReply('word '.repeat(1000), { deltaDelayMs: 5 }));
    const stream = client.messages.stream(question);
    for await (const event of stream) if (event.type === 'content_block_delta') break;
    expect(await (await upstream.request(0)).closed).toBe('left');
  });

  it('a single model, and pages of the list', async () => {
    expect(await client.models.retrieve('openai/claude-x')).toMatchObject({
      id: 'openai/claude-x',
      type: 'model',
    });
    const ids = [];
    for await (const model of client.models.list({ limit: 2 })) ids.push(model.id);
    expect(ids.slice(0, 3)).toEqual(['claude-x', 'anthropic/claude-x', 'openai/claude-x']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(4);
  });

  it('models', async () => {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids[0]).toBe('claude-x');
    const prefixed = ['anthropic', 'openai', 'groq', 'openrouter', 'ollama'];
    expect(ids).toEqual(expect.arrayContaining(prefixed.map((id) => `${id}/claude-x`)));
  });
});
