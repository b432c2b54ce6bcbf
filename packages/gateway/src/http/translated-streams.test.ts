import { bytesUntilStill, textReply, type FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const MESSAGES = '/v1/messages';
const GPT = { model: 'openai/gpt-x' };
const streamed = { stream: true };

const raw = (body: string, delivery: object = {}): FakeReply => ({
  kind: 'raw',
  status: 200,
  contentType: 'text/event-stream',
  body,
  ...delivery,
});

describe('a translated stream', () => {
  it('gets pings in the dialect of the client before its first event; an error is then an event', async () => {
    await world.start({ limits: { pingAfterMs: 15 } });
    const comment = `: ${'wait'.repeat(20)}\n\n`;
    const error = 'data: {"error":{"message":"busy","type":"server_error"}}\n\n';
    world.upstream.next(
      raw(comment + error, { chunking: { bytes: comment.length }, deltaDelayMs: 300 }),
    );
    const response = await world.post(MESSAGES, { ...GPT, ...streamed });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toMatch(/^event: ping\ndata: \{"type": "ping"\}\n\n/);
    expect(text).toMatch(/event: error\ndata: \{[^\n]*busy[^\n]*\n\n$/);
  });

  it('ends with its last event, even if the upstream leaves its response open', async () => {
    await world.start();
    world.upstream.next(textReply('done', { fault: { kind: 'stall', afterFrames: 999 } }));
    const text = await (await world.post(MESSAGES, { ...GPT, ...streamed })).text();
    expect(text).toMatch(/event: message_stop\n.*\n\n$/);
    expect(world.running.entries).toMatchObject([{ ending: 'complete', estimated: false }]);
    expect(await (await world.upstream.request(0)).closed).toBe('left');
  });

  it('stops the upstream when the client leaves, and is paid for', async () => {
    await world.start();
    world.upstream.next(textReply('word '.repeat(2000), { deltaDelayMs: 2 }));
    const leaving = new AbortController();
    const response = await world.post(
      MESSAGES,
      { ...GPT, ...streamed },
      { signal: leaving.signal },
    );
    const reader = response.body?.getReader();
    let text = '';
    while ((text.match(/word/g) ?? []).length < 40) {
      text += Buffer.from((await reader?.read())?.value ?? []).toString();
    }
    leaving.abort();
    expect(await (await world.upstream.request(0)).closed).toBe('left');
    await expect
      .poll(() => world.running.entries)
      .toMatchObject([{ ending: 'aborted', estimated: true }]);
    const { inputTokens = 0, outputTokens = 0 } = world.running.entries[0]?.usage ?? {};
    expect(outputTokens).toBeGreaterThanOrEqual(40);
    expect(inputTokens).toBeGreaterThan(0);
  });

  it('holds the upstream back while the client does not read', { timeout: 60_000 }, async () => {
    await world.start();
    const chunk = {
      id: 'c',
      model: 'm',
      choices: [{ index: 0, delta: { content: 'x'.repeat(60_000) } }],
    };
    const body = `data: ${JSON.stringify(chunk)}\n\n`.repeat(1500);
    world.upstream.next(raw(body, { chunking: { bytes: 65_536 } }));
    const response = await world.post(MESSAGES, { ...GPT, ...streamed });
    const request = await world.upstream.request(0);
    expect(await bytesUntilStill(request)).toBeLessThan(body.length / 2);
    expect((await response.text()).length).toBeGreaterThan(body.length - 100_000);
  });
});
