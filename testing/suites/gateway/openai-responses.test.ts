import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { startFakeUpstream, type FakeReply, type FakeUpstream } from '@postern/testing';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let upstream: FakeUpstream;
let running: RunningGateway;
let client: OpenAI;

beforeAll(async () => {
  const rules = { keys: ['sk-upstream-key-of-the-test'], anonymous: true };
  upstream = await startFakeUpstream({ headers: { 'openai-responses': rules } });
});

beforeEach(async () => {
  upstream.reset();
  running = await startGateway({ baseUrls: upstream.baseUrls });
  client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: running.key, maxRetries: 0 });
});

afterEach(async () => {
  expect(upstream.violations).toEqual([]);
  await running.close();
});

afterAll(async () => {
  await upstream.close();
});

/** Far longer than a network chunk, and the terminal event repeats it. */
const TEXT = 'Grüße, 世界! 😀 "quoted" \\ back\n'.repeat(200);
const question = { model: 'gpt-x', input: 'Hello' };
const reply: FakeReply = {
  kind: 'answer',
  parts: [
    { kind: 'thinking', text: 'Let me see.' },
    { kind: 'text', text: TEXT },
    { kind: 'tool-call', id: 'call_1', name: 'weather', input: { city: 'Zürich' } },
  ],
  inputTokens: 21,
  outputTokens: 34,
  cacheReadTokens: 8,
};
const counts = { inputTokens: 13, cacheReadTokens: 8, outputTokens: 34 };

function expectReply(response: OpenAI.Responses.Response): void {
  expect(response.output_text).toBe(TEXT);
  expect(response.output).toMatchObject([
    { type: 'reasoning', summary: [{ text: 'Let me see.' }] },
    { type: 'message' },
    { type: 'function_call', call_id: 'call_1', arguments: '{"city":"Zürich"}' },
  ]);
  expect(response.usage).toMatchObject({ input_tokens: 21, output_tokens: 34 });
}

describe('the Responses API', () => {
  it('passes a whole response and records its usage', async () => {
    upstream.next(reply);
    const response = await client.responses.create(question);
    expect(response.status).toBe('completed');
    expectReply(response);
    expect(running.entries).toMatchObject([
      { ending: 'complete', estimated: false, usage: counts },
    ]);
  });

  it.each([['event'], ['whole'], [{ bytes: 1009 }]] as const)(
    'passes a stream and records the usage of its terminal event, in chunks of %j',
    async (chunking) => {
      upstream.next({ ...reply, chunking });
      expectReply(await client.responses.stream(question).finalResponse());
      expect(running.entries).toMatchObject([
        { streamed: true, ending: 'complete', estimated: false, usage: counts },
      ]);
    },
  );

  it('records an incomplete response as a complete stream', async () => {
    upstream.next({ ...reply, stop: 'max-tokens' });
    const response = await client.responses.stream(question).finalResponse();
    expect(response.incomplete_details).toEqual({ reason: 'max_output_tokens' });
    expect(running.entries).toMatchObject([
      { ending: 'complete', estimated: false, usage: counts },
    ]);
  });

  it('records a stream without its terminal event as cut, with estimated usage and an error event', async () => {
    upstream.next({ ...reply, fault: { kind: 'no-done' } });
    const types: string[] = [];
    const stream = await client.responses.create({ ...question, stream: true });
    const read = async (): Promise<void> => {
      for await (const event of stream) types.push(event.type);
    };
    await expect(read()).rejects.toThrow(/ended too early/);
    expect(types.at(-1)).toBe('response.output_item.done');
    expect(running.entries).toMatchObject([{ ending: 'cut', estimated: true }]);
  });

  it('passes errors in the form that the client expects', async () => {
    upstream.next({ kind: 'error', status: 429, message: 'words of the upstream' });
    await expect(client.responses.create(question)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });
});
