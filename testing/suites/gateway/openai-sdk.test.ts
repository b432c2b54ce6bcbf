import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { startFakeUpstream, textReply, type FakeReply, type FakeUpstream } from '@postern/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/* The official client, without retries, checks what it accumulates. */

let upstream: FakeUpstream;
let running: RunningGateway;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startFakeUpstream({
    headers: { 'openai-chat': { keys: ['sk-upstream-key-of-the-test'], anonymous: true } },
  });
  running = await startGateway({
    baseUrls: upstream.baseUrls,
    deps: { models: { modelsOf: () => Promise.resolve([{ id: 'gpt-x', label: 'gpt-x' }]) } },
  });
  client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: running.key, maxRetries: 0 });
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
const messages = [{ role: 'user' as const, content: 'Hello' }];
const question = { model: 'gpt-x', messages };

const tools: OpenAI.ChatCompletionTool[] = ['weather', 'clock'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}));

const toolReply: FakeReply = {
  kind: 'answer',
  parts: [
    { kind: 'text', text: 'Let me see.' },
    { kind: 'tool-call', id: 'call_one', name: 'weather', input: { city: 'Zürich "HB"' } },
    { kind: 'tool-call', id: 'call_two', name: 'clock', input: {} },
  ],
  inputTokens: 21,
  outputTokens: 34,
};

const calls = [
  {
    id: 'call_one',
    type: 'function',
    function: { name: 'weather', arguments: '{"city":"Zürich \\"HB\\""}' },
  },
  { id: 'call_two', type: 'function', function: { name: 'clock', arguments: '{}' } },
];

describe('openai', () => {
  it('whole', async () => {
    upstream.next(textReply(TEXT));
    const completion = await client.chat.completions.create(question);
    expect(completion.choices[0]?.message.content).toBe(TEXT);
    expect(completion.choices[0]?.finish_reason).toBe('stop');
    expect(completion._request_id).toMatch(/^req_/);
  });

  it('streams with usage if it asks for it', async () => {
    upstream.next({
      kind: 'answer',
      parts: [{ kind: 'text', text: TEXT }],
      inputTokens: 12,
      outputTokens: 5,
    });
    const stream = client.chat.completions.stream({
      ...question,
      stream_options: { include_usage: true },
    });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe(TEXT);
    expect(completion.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 5 });
  });

  it("streams without usage if it doesn't ask for it", async () => {
    upstream.next(textReply(TEXT));
    let text = '';
    for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
      expect(chunk.usage ?? null).toBeNull();
      expect(chunk.choices).toHaveLength(1);
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe(TEXT);
  });

  it('returns tools, whole and streamed', async () => {
    upstream.next(toolReply, toolReply);
    const whole = await client.chat.completions.create({ ...question, tools });
    const streamed = await client.chat.completions
      .stream({ ...question, tools })
      .finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]?.finish_reason).toBe('tool_calls');
      expect(choices[0]?.message.content).toBe('Let me see.');
      expect(choices[0]?.message.tool_calls).toMatchObject(calls);
    }
  });

  it('completes a tool round', async () => {
    upstream.next(toolReply, textReply('Sunny.'));
    const first = await client.chat.completions.create({ ...question, tools });
    const message = first.choices[0]?.message;
    if (message === undefined) throw new Error('no message');
    const second = await client.chat.completions
      .stream({
        ...question,
        tools,
        messages: [
          ...messages,
          message,
          { role: 'tool', tool_call_id: 'call_one', content: 'sun' },
          { role: 'tool', tool_call_id: 'call_two', content: '12:00' },
        ],
      })
      .finalContent();
    expect(second).toBe('Sunny.');
  });

  it.each([
    [400, OpenAI.BadRequestError],
    [403, OpenAI.PermissionDeniedError],
    [404, OpenAI.NotFoundError],
    [422, OpenAI.UnprocessableEntityError],
    [429, OpenAI.RateLimitError],
    [500, OpenAI.InternalServerError],
    [503, OpenAI.InternalServerError],
  ])('maps an upstream error %i to its error class', async (status, type) => {
    upstream.next({ kind: 'error', status, message: "the upstream's message" });
    const failure: unknown = await client.chat.completions
      .create(question)
      .catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(type);
    expect(failure).toMatchObject({ status, error: { message: "the upstream's message" } });
  });

  it('maps gateway errors: key, model, body, dialect', async () => {
    const wrongKey = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'sk-x', maxRetries: 0 });
    await expect(wrongKey.chat.completions.create(question)).rejects.toMatchObject({
      status: 401,
      code: 'GATEWAY_KEY_REQUIRED',
      type: 'authentication_error',
    });
    await expect(
      client.chat.completions.create({ ...question, model: 'anthropic/claude', n: 2 }),
    ).rejects.toMatchObject({ status: 400, code: 'GATEWAY_TRANSLATION_UNAVAILABLE' });
    await expect(
      client.chat.completions.create({ ...question, model: 'openai/' }),
    ).rejects.toMatchObject({ status: 404, code: 'GATEWAY_MODEL_UNKNOWN' });
    await expect(client.moderations.create({ input: 'x' })).rejects.toMatchObject({
      status: 404,
      code: 'ROUTE_UNKNOWN',
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it('throws on an error inside a stream, sent by the upstream or caused by a closed connection', async () => {
    for (const fault of [
      { kind: 'error-event', afterFrames: 3 },
      { kind: 'cut', afterFrames: 3 },
    ] as const) {
      upstream.next(textReply(TEXT, { fault }));
      const stream = client.chat.completions.stream(question);
      await expect(stream.finalContent()).rejects.toBeInstanceOf(OpenAI.APIError);
    }
  });

  it('cancels the upstream request when a stream is closed', async () => {
    upstream.next(textReply('word '.repeat(1000), { deltaDelayMs: 5 }));
    const stream = await client.chat.completions.create({ ...question, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'word') break;
    expect(await (await upstream.request(0)).closed).toBe('left');
  });

  it('models', async () => {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toContain('gpt-x');
    expect(ids).toContain('openai/gpt-x');
  });

  it('a single model', async () => {
    expect(await client.models.retrieve('openai/gpt-x')).toMatchObject({ id: 'openai/gpt-x' });
  });

  it('embeddings', async () => {
    const { data, usage } = await client.embeddings.create({
      model: 'm',
      input: ['a', 'b'],
      encoding_format: 'float',
    });
    expect(data.map(({ index }) => index)).toEqual([0, 1]);
    expect(usage.prompt_tokens).toBeGreaterThan(0);
  });
});
