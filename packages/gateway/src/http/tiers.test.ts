import { type FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const RESPONSES = '/v1/responses';

/** A thousand tokens of prompt and of answer cost 2,000 millionths of a dollar. */
const PRICE = { input: 1, output: 1, tiers: { priority: 2, flex: 0.5 } };
const PRICES = { 'openai/m': PRICE, 'anthropic/m': PRICE };

const whole = (body: object): FakeReply => ({
  kind: 'raw',
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify(body),
});
const streamOf = (...events: readonly object[]): FakeReply => ({
  kind: 'raw',
  status: 200,
  contentType: 'text/event-stream',
  body: events
    .map((event) => {
      const type = 'type' in event ? `event: ${String(event.type)}\n` : '';
      return `${type}data: ${'done' in event ? '[DONE]' : JSON.stringify(event)}\n\n`;
    })
    .join(''),
});

/** What a provider answers with a thousand tokens of each kind. */
const chat = (tier: string | undefined): FakeReply =>
  whole({
    ...{ id: 'c', object: 'chat.completion', model: 'm', service_tier: tier },
    choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1000, completion_tokens: 1000 },
  });
const chatStream = (tier: string | undefined): FakeReply => {
  const chunk = { id: 'c', object: 'chat.completion.chunk', model: 'm', service_tier: tier };
  const usage = { prompt_tokens: 1000, completion_tokens: 1000 };
  const delta = { role: 'assistant', content: 'a' };
  return streamOf(
    { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] },
    { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { ...chunk, choices: [], usage },
    { done: true },
  );
};
const message = (tier: string | undefined, counts: object) => ({
  ...{ id: 'm', type: 'message', role: 'assistant', model: 'm', stop_sequence: null },
  usage: { ...counts, service_tier: tier },
});
const messages = (tier: string | undefined): FakeReply =>
  whole({
    ...message(tier, { input_tokens: 1000, output_tokens: 1000 }),
    content: [{ type: 'text', text: 'a' }],
    stop_reason: 'end_turn',
  });
const messagesStream = (tier: string | undefined): FakeReply =>
  streamOf(
    {
      type: 'message_start',
      message: {
        ...message(tier, { input_tokens: 1000, output_tokens: 1 }),
        content: [],
        stop_reason: null,
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 1000 },
    },
    { type: 'message_stop' },
  );

/** The cost of the only call, in millionths of a dollar. */
async function costOf(path: string, body: object, reply: FakeReply): Promise<number | undefined> {
  await world.start({ prices: PRICES });
  world.upstream.next(reply);
  const response = await world.post(path, body);
  await response.text();
  expect(response.status).toBe(200);
  await expect.poll(() => world.running.entries.length).toBe(1);
  const [entry] = world.running.entries;
  expect(entry?.usage).toMatchObject({ inputTokens: 1000, outputTokens: 1000 });
  return entry?.costMicroUsd;
}

describe('the cost of a call', () => {
  it.each<readonly [asked: string | undefined, reported: string | undefined, cost: number]>([
    ['priority', 'priority', 4000],
    ['priority', 'default', 2000],
    ['auto', 'priority', 4000],
    [undefined, 'flex', 1000],
    ['flex', undefined, 1000],
    ['flex', 'a tier that the prices do not have', 2000],
    ['flex', 'constructor', 2000],
  ])('that asked for %s and got %s follows what it got', async (asked, reported, cost) => {
    const body = { model: 'openai/m', service_tier: asked };
    expect(await costOf(CHAT, body, chat(reported))).toBe(cost);
  });

  it.each<readonly [string, path: string, body: object, (tier: string) => FakeReply]>([
    ['passed through as a stream', CHAT, { model: 'openai/m', stream: true }, chatStream],
    ['translated', MESSAGES, { model: 'openai/m' }, chat],
    ['translated as a stream', MESSAGES, { model: 'openai/m', stream: true }, chatStream],
    ["Anthropic's", MESSAGES, { model: 'anthropic/m' }, messages],
    ["Anthropic's stream", MESSAGES, { model: 'anthropic/m', stream: true }, messagesStream],
    ["Anthropic's, translated", CHAT, { model: 'anthropic/m' }, messages],
    [
      "Anthropic's stream, translated",
      RESPONSES,
      {
        model: 'anthropic/m',
        stream: true,
        messages: undefined,
        max_tokens: undefined,
        input: 'hi',
      },
      messagesStream,
    ],
  ])('follows the reported tier of an answer that is %s', async (_, path, body, reply) => {
    expect(await costOf(path, body, reply('priority'))).toBe(4000);
  });

  it('is reserved for the tier that is asked for', async () => {
    // Enough for the answer at the usual price, but not at twice of it.
    const budget = { amountMicroUsd: 800, period: 'day' } as const;
    await world.start({ prices: PRICES, keySettings: { budget } });
    const ask = async (tier: string): Promise<number> => {
      world.upstream.respond(() => chat('default'));
      const response = await world.post(CHAT, { model: 'openai/m', service_tier: tier });
      await response.text();
      return response.status;
    };
    expect(await ask('priority')).toBe(402);
    expect(await ask('auto')).toBe(200);
  });
});
