import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import {
  startFakeUpstream,
  type FakeDialect,
  type FakeReply,
  type FakeUpstream,
} from '@postern/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { officialClients, PIXEL, type OfficialClient } from './official-clients.ts';

/*
 * The official client of every dialect, in front of an upstream of every other dialect. The fake upstream
 * rejects what the real API would reject, and the clients check what they accumulate.
 */

const DIALECTS = ['anthropic-messages', 'openai-chat', 'openai-responses'] as const;
/** The endpoint that speaks only that dialect. */
const ENDPOINTS: Readonly<Record<FakeDialect, string>> = {
  'anthropic-messages': 'claude-only',
  'openai-chat': 'chat-only',
  'openai-responses': 'responses-only',
};

let upstream: FakeUpstream;
let running: RunningGateway;
let clients: Readonly<Record<FakeDialect, OfficialClient>>;

beforeAll(async () => {
  upstream = await startFakeUpstream({ checksDescription: true });
  const { baseUrls } = upstream;
  const endpoints = Object.fromEntries(
    DIALECTS.map((dialect) => [ENDPOINTS[dialect], { dialect, baseUrl: baseUrls[dialect] }]),
  );
  running = await startGateway({ baseUrls, endpoints });
  clients = officialClients(running.url, running.key);
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

const MATRIX = DIALECTS.flatMap((from) =>
  DIALECTS.flatMap((to) =>
    [false, true].map((streamed) => ({
      from,
      to,
      streamed,
      name: `${from} to ${to}, ${streamed ? 'streamed' : 'whole'}`,
    })),
  ),
);

const TEXT = 'Grüße, 世界! 😀 A "quoted" \\ back\nline';

const reply: Extract<FakeReply, { kind: 'answer' }> = {
  kind: 'answer',
  parts: [
    { kind: 'thinking', text: 'Let me see. Hm.', signature: 'c2lnbmVk' },
    { kind: 'text', text: TEXT },
    { kind: 'tool-call', id: 'call_1', name: 'weather', input: { city: 'Zürich "HB"' } },
    { kind: 'tool-call', id: 'call_2', name: 'clock', input: {} },
  ],
  inputTokens: 21,
  outputTokens: 34,
  cacheReadTokens: 8,
};

const CALLS = [
  { name: 'weather', input: { city: 'Zürich "HB"' } },
  { name: 'clock', input: {} },
];

/** Anthropic counts cache reads apart from the input. */
const inputOf = (dialect: FakeDialect): number => (dialect === 'anthropic-messages' ? 29 : 21);

describe.each(MATRIX)('$name', ({ from, to, streamed }) => {
  const model = `${ENDPOINTS[to]}/some-model`;

  it.each([['event'], ['whole'], [{ bytes: 1 }], [{ bytes: 7 }]] as const)(
    'returns text, thinking, parallel tool calls and usage, in chunks of %j',
    async (chunking) => {
      const client = clients[from];
      const before = running.entries.length;
      upstream.next({ ...reply, chunking });
      expect(await client.ask(model, streamed)).toEqual({
        text: TEXT,
        thinking: 'Let me see. Hm.',
        calls: CALLS,
        stop: client.stops.tools,
        input: inputOf(to),
        output: 34,
      });
      expect(upstream.violations).toEqual([]);
      expect(running.entries.slice(before)).toMatchObject([
        {
          status: 200,
          streamed,
          ending: 'complete',
          estimated: false,
          usage: { outputTokens: 34 },
        },
      ]);
    },
  );

  it('takes the results of tools back', async () => {
    const client = clients[from];
    upstream.next(reply, { kind: 'answer', parts: [{ kind: 'text', text: 'Sunny, at noon.' }] });
    const answer = await client.askAgain(model, streamed);
    expect(answer).toMatchObject({ text: 'Sunny, at noon.', calls: [], stop: client.stops.end });
    expect(upstream.violations).toEqual([]);
    const sent = (await upstream.request(1)).body.toString();
    expect(sent).toContain('call_1');
    expect(sent).toContain(PIXEL);
  });

  it('says that the answer is too long', async () => {
    const client = clients[from];
    upstream.next({ ...reply, parts: [{ kind: 'text', text: 'And then' }], stop: 'max-tokens' });
    expect(await client.ask(model, streamed)).toMatchObject({ stop: client.stops.length });
  });
});
