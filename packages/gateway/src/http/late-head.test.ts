import { textReply, type FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const MESSAGES = '/v1/messages';
const PING = 'event: ping\ndata: {"type": "ping"}\n\n';
const streamed = { stream: true };
/** A provider of the client's dialect, and one of another. */
const MODELS = ['anthropic/m', 'openai/m'] as const;
const LATE = { headDelayMs: 400 };

const start = (limits: object = {}): Promise<void> =>
  world.start({ limits: { streamHeadAfterMs: 30, pingAfterMs: 30, ...limits } });

describe('a stream whose upstream sends no head for long', () => {
  it.each(MODELS)('begins with pings and goes on with the answer, of %s', async (model) => {
    await start();
    world.upstream.next(textReply('at last', LATE));
    const response = await world.post(MESSAGES, { ...streamed, model });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(world.running.entries).toEqual([]);
    const text = await response.text();
    expect(text.startsWith(PING.repeat(2))).toBe(true);
    expect(text.replaceAll(PING, '')).toMatch(/^event: message_start\n/);
    expect(text).toMatch(/event: message_stop\n.*\n\n$/);
    expect(world.running.entries).toMatchObject([
      { status: 200, streamed: true, ending: 'complete', estimated: false },
    ]);
  });

  const ERRORS: readonly (readonly [string, FakeReply, RegExp])[] = [
    [
      'a status',
      { kind: 'error', status: 429, message: 'slow down', ...LATE },
      /rate_limit_error.*slow down/,
    ],
    ['a key that is refused', { kind: 'error', status: 401, ...LATE }, /authentication_error/],
    [
      'one value instead of a stream',
      { kind: 'raw', status: 200, contentType: 'text/html', body: '<html>', ...LATE },
      /api_error/,
    ],
  ];

  it.each(MODELS.flatMap((model) => ERRORS.map((row) => [model, ...row] as const)))(
    'of %s gets an error event for %s',
    async (model, _name, reply, words) => {
      await start();
      world.upstream.next(reply);
      const text = await (await world.post(MESSAGES, { ...streamed, model })).text();
      const events = text.replaceAll(PING, '');
      expect(events).toMatch(/^event: error\ndata: [^\n]*\n\n$/);
      expect(events).toMatch(words);
      expect(world.running.entries).toMatchObject([{ status: 200, ending: 'cut' }]);
    },
  );

  it.each(MODELS)('of %s costs nothing if it gets an error', async (model) => {
    await start();
    world.upstream.next({ kind: 'error', status: 429, ...LATE });
    await (await world.post(MESSAGES, { ...streamed, model })).text();
    expect(world.running.entries).toMatchObject([{ usage: {}, estimated: false }]);
  });

  it.each(MODELS)('of %s gets an error event if the head never comes', async (model) => {
    await start({ headTimeoutMs: 1000 });
    world.upstream.next(textReply('never', { headDelayMs: 60_000 }));
    const text = await (await world.post(MESSAGES, { ...streamed, model })).text();
    expect(text).toMatch(/event: error\ndata: [^\n]*start to respond[^\n]*\n\n$/);
    expect(world.running.entries).toMatchObject([{ ending: 'cut', usage: {}, estimated: false }]);
  });
});

it('waits as long as is configured for a head, and says that a retry is useless', async () => {
  await start({ headTimeoutMs: 1000 });
  world.upstream.next(textReply('never', { headDelayMs: 60_000 }));
  const response = await world.post(MESSAGES);
  expect(response.status).toBe(504);
  expect(response.headers.get('x-should-retry')).toBe('false');
});

it('begins no response early if the client wants no stream', async () => {
  await start();
  world.upstream.next({ kind: 'error', status: 429, ...LATE });
  expect((await world.post(MESSAGES)).status).toBe(429);
});

it("records the upstream's own id of the request, if it is plain", async () => {
  await start();
  await (await world.post(MESSAGES)).text();
  world.upstream.next(textReply('a', { headers: { 'request-id': 'a b' } }));
  await (await world.post(MESSAGES)).text();
  await (await world.post(MESSAGES, { ...streamed, model: 'openai/m' })).text();
  expect(world.running.entries.map(({ upstreamRequestId }) => upstreamRequestId)).toEqual([
    'req_fake000000',
    undefined,
    'req_fake000002',
  ]);
});
