import { expectOk } from '@postern/kernel';
import { gatewayKeyId } from '@postern/protocol';
import {
  bytesUntilStill,
  startFakeUpstream,
  textReply,
  type FakeReply,
  type FakeUpstream,
  type RecordedRequest,
} from '@postern/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/start-gateway.ts';
import type { UsageEntry } from '../usage/usage-log.ts';

let upstream: FakeUpstream;
let running: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
});

beforeEach(async () => {
  upstream.reset();
  running = await startGateway({
    baseUrls: upstream.baseUrls,
    endpoints: {
      mistral: { baseUrl: upstream.baseUrls['openai-chat'] },
      lab: { dialect: 'openai-chat', baseUrl: upstream.baseUrls['openai-chat'] },
    },
  });
});

afterEach(async () => {
  await running.close();
});

afterAll(async () => {
  await upstream.close();
});

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const question = { max_tokens: 500, messages: [{ role: 'user', content: 'hi' }] };

function ask(path: string, changes: object = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(running.url + path, {
    method: 'POST',
    headers: { 'x-api-key': running.key },
    body: JSON.stringify({ model: 'm', ...question, ...changes }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The newest entry, once there are `count` of them. */
async function entry(count = 1): Promise<UsageEntry> {
  while (running.entries.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  const last = running.entries.at(-1);
  if (last === undefined) throw new Error('nothing was recorded');
  return last;
}

const counted: FakeReply = {
  kind: 'answer',
  parts: [{ kind: 'text', text: 'one two three' }],
  inputTokens: 11,
  outputTokens: 7,
  cacheReadTokens: 3,
};

describe('what the upstream counted is recorded', () => {
  it.each([
    ['chat, whole', CHAT, {}],
    ['chat, streamed', CHAT, { stream: true }],
    ['chat, streamed, asked for', CHAT, { stream: true, stream_options: { include_usage: true } }],
    ['messages, whole', MESSAGES, {}],
    ['messages, streamed', MESSAGES, { stream: true }],
  ])('%s', async (_name, path, changes) => {
    upstream.next(counted);
    await (await ask(path, changes)).text();
    const recorded = await entry();
    expect(recorded).toMatchObject({
      keyId: running.keyId,
      model: 'm',
      dialect: path === CHAT ? 'openai-chat' : 'anthropic-messages',
      provider: path === CHAT ? 'openai' : 'anthropic',
      status: 200,
      streamed: 'stream' in changes,
      ending: 'complete',
      estimated: false,
    });
    const { inputTokens = 0, cacheReadTokens = 0, outputTokens } = recorded.usage;
    expect(outputTokens).toBe(7);
    expect(cacheReadTokens).toBe(3);
    expect(inputTokens + (path === CHAT ? 3 : 0)).toBe(11);
    expect(recorded.answerBytes).toBeGreaterThan(50);
    expect(recorded.requestBytes).toBeGreaterThan(50);
    const totals = expectOk(running.store.usage.usageOf(gatewayKeyId.from(running.keyId)));
    expect(totals).toMatchObject({ requests: 1, outputTokens: 7 });
  });
});

it.each([
  ['the client does not ask', {}, {}, false],
  ['it has the cost, as OpenRouter sends it unasked', {}, { cost: 0.1 }, true],
  ["the client asks as OpenRouter's clients do", { usage: { include: true } }, {}, true],
  ['the provider is known to send it unasked', { model: 'mistral/m' }, {}, true],
  ['the client asks for none', { usage: { include: false } }, {}, false],
])('the usage chunk at the end of a stream when %s', async (_name, changes, more, isSent) => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, ...more };
  const chunk = `data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`;
  const choice = { index: 0, delta: { content: 'a' }, finish_reason: 'stop' };
  const body = `data: ${JSON.stringify({ choices: [choice] })}\n\n${chunk}data: [DONE]\n\n`;
  upstream.next({ kind: 'raw', status: 200, contentType: 'text/event-stream', body });
  const text = await (await ask(CHAT, { stream: true, ...changes })).text();
  expect(text.includes(chunk)).toBe(isSent);
  const { json } = await upstream.request(0);
  const asks = JSON.stringify(json).includes('include_usage');
  expect(asks).toBe(!('model' in changes || ('usage' in changes && isSent)));
  expect(await entry()).toMatchObject({ estimated: false, usage: { outputTokens: 2 } });
});

describe('where the upstream counts nothing', () => {
  it('the text that was delivered counts', async () => {
    upstream.next(textReply('word '.repeat(100)));
    await (await ask(CHAT, { stream: true, model: 'lab/m' })).text();
    const { usage, estimated, ending } = await entry();
    expect([estimated, ending]).toEqual([true, 'complete']);
    expect(usage.outputTokens).toBe(125);
    expect(usage.inputTokens).toBeGreaterThan(10);
  });

  it('an odd answer is never free', async () => {
    upstream.next({ kind: 'raw', status: 200, contentType: 'text/plain', body: 'x'.repeat(400) });
    await (await ask(CHAT)).text();
    expect((await entry()).usage.outputTokens).toBe(100);
  });
});

describe('an error costs nothing, and is recorded', () => {
  it.each([400, 401, 429, 500, 529])('status %i', async (status) => {
    upstream.next({ kind: 'error', status });
    await (await ask(MESSAGES)).text();
    expect(await entry()).toMatchObject({ status, usage: {}, estimated: false });
  });

  it('a token count costs nothing', async () => {
    await (await ask('/v1/messages/count_tokens')).text();
    expect(await entry()).toMatchObject({ status: 200, usage: {}, estimated: false });
  });
});

describe('a client that leaves', () => {
  const slow = (): FakeReply => textReply('word '.repeat(2000), { deltaDelayMs: 2 });

  it.each([
    ['chat', CHAT],
    ['messages', MESSAGES],
  ])('in the middle of a stream stops the upstream and pays: %s', async (_name, path) => {
    upstream.next(slow());
    const leave = new AbortController();
    const response = await ask(path, { stream: true }, leave.signal);
    const reader = response.body?.getReader();
    let text = '';
    while ((text.match(/word/g) ?? []).length < 40) {
      text += Buffer.from((await reader?.read())?.value ?? []).toString();
    }
    leave.abort();
    const request = await upstream.request(0);
    expect(await request.closed).toBe('left');
    const recorded = await entry();
    expect(recorded).toMatchObject({ status: 200, ending: 'aborted', estimated: true });
    const { inputTokens = 0, outputTokens = 0 } = recorded.usage;
    expect(outputTokens).toBeGreaterThanOrEqual(50);
    expect(outputTokens).toBeLessThan(2500);
    expect(inputTokens).toBeGreaterThan(0);
  });

  it('before the head stops the upstream and is recorded', async () => {
    upstream.next(textReply('late', { headDelayMs: 60_000 }));
    const leave = new AbortController();
    const asked = ask(MESSAGES, {}, leave.signal).catch(() => 'left');
    const request: RecordedRequest = await upstream.request(0);
    leave.abort();
    expect(await asked).toBe('left');
    expect(await request.closed).toBe('left');
    expect(await entry()).toMatchObject({ status: 499, ending: 'aborted', estimated: true });
  });

  it('while an answer as a whole is on its way is recorded', async () => {
    upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'application/json',
      body: ' '.repeat(50_000),
      chunking: { bytes: 100 },
      deltaDelayMs: 1,
    });
    const leave = new AbortController();
    const response = await ask(CHAT, {}, leave.signal);
    await response.body?.getReader().read();
    leave.abort();
    expect(await (await upstream.request(0)).closed).toBe('left');
    expect(await entry()).toMatchObject({ status: 200, ending: 'aborted', streamed: false });
  });
});

describe('an upstream that breaks off', () => {
  it('in a stream is recorded with what it delivered', async () => {
    upstream.next(textReply('word '.repeat(40), { fault: { kind: 'cut', afterFrames: 20 } }));
    await (await ask(CHAT, { stream: true })).text();
    const recorded = await entry();
    expect(recorded).toMatchObject({ status: 200, ending: 'cut', estimated: true });
    expect(recorded.usage.outputTokens).toBeGreaterThanOrEqual(20);
  });

  it.each([
    ['says so in the stream', { kind: 'error-event', afterFrames: 12 } as const],
    ['just ends', { kind: 'no-done' } as const],
  ])('politely is recorded with what it delivered: it %s', async (_name, fault) => {
    for (const path of [CHAT, MESSAGES]) {
      const before = running.entries.length;
      upstream.next({
        kind: 'answer',
        parts: [{ kind: 'text', text: 'word '.repeat(40) }],
        outputTokens: 50,
        fault,
      });
      await (await ask(path, { stream: true })).text();
      const recorded = await entry(before + 1);
      expect(recorded).toMatchObject({ status: 200, ending: 'cut', estimated: true });
      expect(recorded.usage.outputTokens).toBeGreaterThanOrEqual(8);
    }
  });

  it('before anything came is recorded as what the client got', async () => {
    upstream.next({ kind: 'hang-up' });
    expect((await ask(CHAT)).status).toBe(502);
    expect(await entry()).toMatchObject({ status: 502, ending: 'cut', usage: {} });
  });
});

describe('backpressure', () => {
  it('a client that does not read holds the upstream back', { timeout: 60_000 }, async () => {
    // Far more than the buffers of the sockets on the way hold, which is some 30 MiB.
    const size = 128 * 1024 * 1024;
    upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/plain',
      body: 'x'.repeat(size),
      chunking: { bytes: 65_536 },
    });
    const response = await ask(CHAT);
    const request = await upstream.request(0);
    expect(await bytesUntilStill(request)).toBeLessThan(size / 2);
    expect((await response.arrayBuffer()).byteLength).toBe(size);
    expect(await entry()).toMatchObject({ ending: 'complete' });
  });
});
