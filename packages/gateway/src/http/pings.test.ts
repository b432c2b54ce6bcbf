import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

describe('a stream in which nothing comes', () => {
  const EVENT = { [CHAT]: ': ping\n\n', [MESSAGES]: 'event: ping\ndata: {"type": "ping"}\n\n' };
  const END = {
    [CHAT]: 'data: [DONE]\n\n',
    [MESSAGES]: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  };
  const raw = (body: string, bytes: number) =>
    ({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body,
      chunking: { bytes },
      deltaDelayMs: 300,
    }) as const;

  it.each([CHAT, MESSAGES] as const)('gets pings between its events, at %s', async (path) => {
    await world.start({ limits: { pingAfterMs: 15 } });
    const event = 'data: {"a":"bcdefghij"}\n\n';
    world.upstream.next(raw(event.repeat(3) + END[path], event.length));
    const text = await (await world.post(path, { stream: true })).text();
    expect(text.split(EVENT[path]).length).toBeGreaterThan(1);
    expect(text.replaceAll(EVENT[path], '')).toBe(event.repeat(3) + END[path]);
  });

  it('gets none within an event', async () => {
    await world.start({ limits: { pingAfterMs: 15 } });
    world.upstream.next(raw(`data: {"a":"bcdefghij"}\n\n${END[MESSAGES]}`, 8));
    const text = await (await world.post(MESSAGES, { stream: true })).text();
    expect(text.replaceAll(EVENT[MESSAGES], '')).toBe(
      `data: {"a":"bcdefghij"}\n\n${END[MESSAGES]}`,
    );
    expect(text).toMatch(/(?:^|\n\n)data: \{"a":"bcdefghij"\}\n\n/);
  });

  it('is let go on before its first event; an error is then an event', async () => {
    await world.start({ limits: { pingAfterMs: 15 } });
    const error = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n';
    world.upstream.next(raw(`: ${'wait'.repeat(20)}\n\n${error}`, 84));
    const response = await world.post(MESSAGES, { stream: true });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text.replaceAll(EVENT[MESSAGES], '')).toBe(`: ${'wait'.repeat(20)}\n\n${error}`);
    expect(text).toContain(EVENT[MESSAGES]);
  });
});
