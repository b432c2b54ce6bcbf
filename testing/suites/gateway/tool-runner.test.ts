import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { isJsonObject } from '@postern/kernel';
import { startFakeUpstream, textReply, type FakeReply, type FakeUpstream } from '@postern/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/*
 * The official SDK's thread and tool runner keep the conversation on the server. A provider of another dialect
 * can't, and the SDK then sends the whole conversation.
 */

let upstream: FakeUpstream;
let running: RunningGateway;
let client: Anthropic;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  running = await startGateway({ baseUrls: upstream.baseUrls });
  client = new Anthropic({ baseURL: running.url, apiKey: running.key, maxRetries: 0 });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

const weather = betaTool({
  name: 'weather',
  description: 'The weather in a city',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  run: ({ city }) => `sun in ${city}`,
});

const call: FakeReply = {
  kind: 'answer',
  parts: [{ kind: 'tool-call', id: 'call_1', name: 'weather', input: { city: 'Zürich' } }],
};

describe.each([false, true])(
  'a thread with a provider of another dialect, streamed: %s',
  (stream) => {
    it('runs its tools with the whole conversation', async () => {
      upstream.next(call, textReply('It is sunny.'));
      const thread = client.beta.messages.thread({
        model: 'openai/gpt-x',
        max_tokens: 64,
        tools: [weather],
        messages: [{ role: 'user', content: 'How is the weather?' }],
        unsupportedRequestBehavior: 'continue_unthreaded',
      });
      const { content } = await thread.toolRunner({ stream }).runUntilDone();
      expect(content).toMatchObject([{ type: 'text', text: 'It is sunny.' }]);
      const { json } = await upstream.request(1);
      const messages = isJsonObject(json) ? json['messages'] : undefined;
      expect(messages).toMatchObject([
        { role: 'user' },
        { role: 'assistant', tool_calls: [{ id: 'call_1' }] },
        { role: 'tool', content: 'sun in Zürich' },
      ]);
      expect(upstream.violations).toEqual([]);
    });

    it('fails with the error of the API unless the program allows that', async () => {
      const thread = client.beta.messages.thread({ model: 'openai/gpt-x', max_tokens: 64 });
      const hello = { role: 'user', content: 'Hello' } as const;
      const sent = stream ? thread.stream(hello).finalMessage() : thread.send(hello);
      await expect(sent).rejects.toBeInstanceOf(Anthropic.BadRequestError);
      expect(upstream.requests).toEqual([]);
    });
  },
);
