import { textReply } from '@postern/testing';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';

describe('too much at once', () => {
  it('waits in the queue, and beyond it is refused', async () => {
    await world.start({ limits: { maxConcurrent: 1, maxQueued: 1 } });
    world.upstream.next(textReply('a', { headDelayMs: 1000 }));
    const first = world.post(CHAT);
    await world.upstream.request(0);
    const others = await Promise.all([world.post(CHAT), world.post(CHAT)]);
    const refused = others.find(({ status }) => status === 429);
    expect(others.map(({ status }) => status).sort()).toEqual([200, 429]);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect((await first).status).toBe(200);
  });

  it('who waits too long is refused, who leaves the queue makes room', async () => {
    await world.start({ limits: { maxConcurrent: 1, maxQueued: 1, queueTimeoutMs: 30 } });
    world.upstream.next(textReply('a', { headDelayMs: 60_000 }));
    const leave = new AbortController();
    const first = world.post(CHAT, {}, { signal: leave.signal }).catch(() => 'left');
    await world.upstream.request(0);
    expect((await world.post(CHAT)).status).toBe(429);
    leave.abort();
    expect(await first).toBe('left');
    await (
      await world.upstream.request(0)
    ).closed;
    expect((await world.post(CHAT)).status).toBe(200);
  });

  it("a body that doesn't arrive is a 408, and doesn't count as running", async () => {
    await world.start({ limits: { maxConcurrent: 1, maxQueued: 0, bodyTimeoutMs: 50 } });
    const text = await new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(world.running.port, '127.0.0.1');
      socket.on('data', (chunk) => {
        answer += chunk.toString();
        if (answer.includes('}}')) socket.destroy();
      });
      socket.on('close', () => {
        resolve(answer);
      });
      socket.write(
        `POST ${CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${world.running.key}\r\ncontent-length: 100\r\n\r\n{`,
      );
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect((await world.post(CHAT)).status).toBe(200);
  });

  it('a client that disconnects in the middle of its body never counts as running', async () => {
    await world.start({ limits: { maxConcurrent: 1, maxQueued: 0 } });
    const socket = connect(world.running.port, '127.0.0.1');
    socket.write(
      `POST ${CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${world.running.key}\r\ncontent-length: 100\r\n\r\n{`,
    );
    while (world.running.gateway.runningCalls === 0) await setImmediate();
    expect((await world.post(CHAT)).status).toBe(200);
    socket.destroy();
    while (world.running.gateway.runningCalls > 0) await setImmediate();
    expect(world.running.entries.at(-1)).toMatchObject({ status: 200, ending: 'complete' });
  });

  it('a client that never reads is cut off', async () => {
    await world.start({ limits: { stallTimeoutMs: 50 } });
    world.upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body: `data: ${'x'.repeat(99_992)}\n\n`.repeat(480),
      chunking: { bytes: 65_536 },
    });
    const response = await world.post(CHAT, { stream: true });
    expect(await (await world.upstream.request(0)).closed).toBe('left');
    await expect(response.text()).rejects.toThrow();
    expect(world.running.entries[0]).toMatchObject({ ending: 'aborted' });
  });
});
