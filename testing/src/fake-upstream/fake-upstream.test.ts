import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { Client } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificateAuthority } from '../tls/certificate-authority.ts';
import { echoText } from './question.ts';
import { textReply, type FakeReply } from './reply.ts';
import { startFakeUpstream, type FakeUpstream } from './start-fake-upstream.ts';

const RECORDINGS = join(import.meta.dirname, '../../corpora/streams');
const KEY = 'sk-test-0123456789abcdef';
const QUESTION = [{ role: 'user' as const, content: 'What is a postern?' }];
const CALL: FakeReply = {
  kind: 'answer',
  parts: [
    { kind: 'text', text: "I'll look it up." },
    { kind: 'tool-call', id: 'call_1', name: 'look_up', input: { word: 'postern', pages: [1, 2] } },
    { kind: 'tool-call', id: 'call_2', name: 'look_up', input: {} },
  ],
};

let upstream: FakeUpstream;
let anthropic: Anthropic;
let openai: OpenAI;

beforeAll(async () => {
  upstream = await startFakeUpstream({
    headers: { 'anthropic-messages': { keys: [KEY] }, 'openai-chat': { keys: [KEY] } },
  });
  const common = { apiKey: KEY, maxRetries: 0 };
  anthropic = new Anthropic({ ...common, baseURL: upstream.baseUrls['anthropic-messages'] });
  openai = new OpenAI({ ...common, baseURL: upstream.baseUrls['openai-chat'] });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await upstream.close();
});

describe('the official Anthropic client', () => {
  const ask = { model: 'claude-fake-small', max_tokens: 100, messages: QUESTION };

  it('reads the echo, whole and streamed', async () => {
    const whole = await anthropic.messages.create(ask);
    const streamed = await anthropic.messages.stream(ask).finalMessage();
    for (const message of [whole, streamed]) {
      expect(message.content).toEqual([{ type: 'text', text: echoText('What is a postern?') }]);
      expect(message.stop_reason).toBe('end_turn');
      expect(message.usage.input_tokens).toBeGreaterThan(0);
      expect(message.usage.output_tokens).toBe(whole.usage.output_tokens);
    }
    expect(upstream.violations).toEqual([]);
    expect(upstream.requests.map(({ dialect }) => dialect)).toEqual([
      'anthropic-messages',
      'anthropic-messages',
    ]);
  });

  it('accumulates tool calls and thinking, one byte at a time', async () => {
    const thought: FakeReply = {
      ...CALL,
      parts: [{ kind: 'thinking', text: 'Hm, ünïcode 🚪.', signature: 'sig==' }, ...CALL.parts],
    };
    upstream.next(thought, { ...thought, chunking: { bytes: 1 } });
    const whole = await anthropic.messages.create(ask);
    const streamed = await anthropic.messages.stream(ask).finalMessage();
    expect(streamed.content).toEqual(whole.content);
    expect(whole.content).toMatchObject([
      { type: 'thinking', thinking: 'Hm, ünïcode 🚪.', signature: 'sig==' },
      { type: 'text', text: "I'll look it up." },
      { type: 'tool_use', id: 'call_1', input: { word: 'postern', pages: [1, 2] } },
      { type: 'tool_use', id: 'call_2', input: {} },
    ]);
    expect(streamed.stop_reason).toBe('tool_use');
  });

  it('lists the models', async () => {
    const page = await anthropic.models.list({ limit: 1 });
    expect(page.data.map(({ id }) => id)).toEqual(['claude-fake-large']);
    expect(page.has_more).toBe(true);
  });
});

describe('the official OpenAI client', () => {
  const ask = { model: 'gpt-fake-small', messages: QUESTION };

  it('reads the echo, whole and streamed', async () => {
    const whole = await openai.chat.completions.create(ask);
    const stream = openai.chat.completions.stream({
      ...ask,
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    for (const completion of [whole, streamed]) {
      expect(completion.choices[0]?.message.content).toBe(echoText('What is a postern?'));
      expect(completion.choices[0]?.finish_reason).toBe('stop');
      expect(completion.usage).toEqual(whole.usage);
    }
    expect(upstream.violations).toEqual([]);
  });

  it('accumulates tool calls, one byte at a time', async () => {
    upstream.next(CALL, { ...CALL, chunking: { bytes: 1 } });
    const whole = await openai.chat.completions.create(ask);
    const streamed = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject(
      whole.choices[0]?.message.tool_calls ?? [],
    );
    expect(whole.choices[0]?.message.tool_calls).toMatchObject([
      { id: 'call_1', function: { arguments: '{"word":"postern","pages":[1,2]}' } },
      { id: 'call_2', function: { arguments: '{}' } },
    ]);
    expect(streamed.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('lists the models', async () => {
    const page = await openai.models.list();
    expect(page.data.map(({ id }) => id)).toEqual(['gpt-fake-large', 'gpt-fake-small']);
  });
});

describe('errors', () => {
  const statuses = [400, 401, 402, 403, 404, 413, 429, 500, 529];

  it.each(statuses)('%i has the shape of each dialect', async (status) => {
    upstream.respond(() => ({ kind: 'error', status, message: 'the set message', retryAfter: 7 }));
    const failures = await Promise.all([
      anthropic.messages
        .create({ model: 'm', max_tokens: 1, messages: QUESTION })
        .catch((error: unknown) => error),
      openai.chat.completions
        .create({ model: 'm', messages: QUESTION })
        .catch((error: unknown) => error),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ status });
      expect(String(failure)).toContain('the set message');
    }
    expect(failures[0]).toBeInstanceOf(Anthropic.APIError);
    expect(failures[1]).toBeInstanceOf(OpenAI.APIError);
  });

  it('rejects a missing or wrong key like the real APIs', async () => {
    const wrongKey = new OpenAI({
      apiKey: 'sk-other',
      maxRetries: 0,
      baseURL: upstream.baseUrls['openai-chat'],
    });
    await expect(wrongKey.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    const keyless = await fetch(`${upstream.url}/v1/models`, {
      headers: { 'anthropic-version': '2023-06-01' },
    });
    expect(keyless.status).toBe(401);
    expect(await keyless.json()).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error' },
    });
    expect(upstream.violations).toHaveLength(2);
  });
});

describe('faults', () => {
  const ask = { model: 'm', max_tokens: 1, messages: QUESTION, stream: true } as const;
  const deltas = Array.from({ length: 20 }, (_, index) => `word ${index} `);
  const long: FakeReply = {
    kind: 'answer',
    parts: [{ kind: 'text', text: deltas.join(''), deltas }],
  };

  it('cuts the socket in the middle of a stream', async () => {
    upstream.next({ ...long, fault: { kind: 'cut', afterFrames: 5 } });
    const stream = anthropic.messages.stream(ask);
    await expect(stream.finalMessage()).rejects.toThrow();
    expect(await (await upstream.request(0)).closed).toBe('broken');
    expect(upstream.requests[0]?.sentWrites).toBe(5);
  });

  it('stalls until the client disconnects, and reports it', async () => {
    upstream.next({ ...long, fault: { kind: 'stall', afterFrames: 5 } });
    const stream = anthropic.messages.stream(ask);
    const failure = stream.finalMessage().catch((error: unknown) => error);
    const request = await upstream.request(0);
    stream.on('text', () => {
      stream.abort();
    });
    expect(await failure).toBeInstanceOf(Anthropic.APIUserAbortError);
    expect(await request.closed).toBe('left');
    expect(request.tookMs).toBeGreaterThan(0);
  });

  it('sends an error inside the stream of a 200', async () => {
    upstream.respond(() => ({ ...long, fault: { kind: 'error-event', message: 'too much' } }));
    await expect(anthropic.messages.stream(ask).finalMessage()).rejects.toThrow(/too much/);
    const stream = openai.chat.completions.stream({ model: 'm', messages: QUESTION });
    await expect(stream.finalChatCompletion()).rejects.toThrow(/too much/);
  });

  it('breaks JSON, omits the end, sends a wrong type, closes the connection', async () => {
    const read = async (): Promise<string> => {
      const response = await fetch(`${upstream.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm', messages: QUESTION, stream: true }),
      });
      return `${response.headers.get('content-type') ?? ''} ${await response.text()}`;
    };
    upstream.next(
      { ...long, fault: { kind: 'malformed' } },
      { ...long, fault: { kind: 'no-done' } },
      { ...long, headers: { 'content-type': 'text/html' } },
      { kind: 'raw', status: 200, contentType: 'text/plain', body: 'not an answer' },
      { kind: 'hang-up' },
    );
    expect(await read()).toContain('"cont\n\ndata: {"id"');
    expect(await read()).not.toContain('[DONE]');
    expect(await read()).toMatch(/^text\/html .*\[DONE\]\n\n$/s);
    expect(await read()).toBe('text/plain not an answer');
    await expect(read()).rejects.toThrow();
  });
});

describe('recordings', () => {
  it('replays a recorded stream to the official client', async () => {
    upstream.next({
      kind: 'recording',
      file: join(RECORDINGS, 'anthropic-messages/text.chunks.txt'),
      chunking: { bytes: 7 },
    });
    const message = await anthropic.messages
      .stream({ model: 'm', max_tokens: 1, messages: QUESTION })
      .finalMessage();
    expect(message.id).toBe('msg_fake000000');
    expect(message.usage.output_tokens).toBe(24);
    upstream.next({
      kind: 'recording',
      file: join(RECORDINGS, 'openai-chat/text.chunks.txt'),
      chunking: 'whole',
    });
    const completion = await openai.chat.completions
      .stream({ model: 'm', messages: QUESTION })
      .finalChatCompletion();
    expect(completion.choices[0]?.message.content).toMatch(/^The gate behind/);
  });
});

describe('the wire', () => {
  it('responds to HEAD / and reports the connection of each request', async () => {
    const client = new Client(upstream.url);
    const probe = await client.request({ path: '/', method: 'HEAD' });
    expect(probe.statusCode).toBe(200);
    const ask = {
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages: QUESTION, stream: true }),
    };
    upstream.next(textReply('one two', { deltaDelayMs: 1 }));
    for (const expected of ['" two"', '" characters"']) {
      const { body } = await client.request(ask);
      expect(await body.text()).toContain(expected);
    }
    await client.close();
    expect(upstream.requests[1]?.connection).toBe(upstream.requests[2]?.connection);
    expect(await upstream.requests[2]?.closed).toBe('finished');
  });

  it('serves TLS with a generated certificate', async () => {
    const authority = makeCertificateAuthority();
    const tls = authority.issue({ names: ['127.0.0.1'] });
    const secure = await startFakeUpstream({ tls });
    const client = new Client(secure.url, { connect: { ca: authority.certificate } });
    const { statusCode } = await client.request({ path: '/', method: 'HEAD' });
    await client.close();
    await secure.close();
    expect(secure.url).toMatch(/^https:/);
    expect(statusCode).toBe(200);
  });
});
