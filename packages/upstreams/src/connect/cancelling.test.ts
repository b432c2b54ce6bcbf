import { textReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { exchangeWorld } from '../testing/exchange-world.ts';

const world = exchangeWorld();

describe('cancelling', () => {
  const endless = textReply('word '.repeat(10_000), { deltaDelayMs: 2 });

  it('closes the connection to the upstream, which sees it', async () => {
    world.upstream.next(endless);
    const { calls } = world.run(world.request(), (exchange) => {
      exchange.cancel();
    });
    expect(await calls).toEqual(['head 200', 'chunk', 'failure cancelled']);
    expect(await (await world.upstream.request(0)).closed).toBe('left');
  });

  it('works by a signal, before the head too', async () => {
    world.upstream.next({ ...endless, headDelayMs: 60_000 });
    const stop = new AbortController();
    const { calls } = world.run(world.request({ signal: stop.signal }));
    const request = await world.upstream.request(0);
    stop.abort();
    expect(await calls).toEqual(['failure cancelled']);
    expect(await request.closed).toBe('left');
  });

  it('by a signal given already sends nothing', async () => {
    const { calls } = world.run(world.request({ signal: AbortSignal.abort() }));
    expect(await calls).toEqual(['failure cancelled']);
    expect(world.upstream.requests).toHaveLength(0);
  });

  it('before the connection is open sends nothing', async () => {
    const { exchange, calls } = world.run(world.request());
    exchange.cancel();
    expect(await calls).toEqual(['failure cancelled']);
    expect(world.upstream.requests).toHaveLength(0);
  });

  it('after the end changes nothing', async () => {
    const { exchange, calls } = world.run(world.request());
    expect((await calls).at(-1)).toBe('end');
    exchange.cancel();
    expect((await calls).at(-1)).toBe('end');
    expect((await world.run(world.request()).calls).at(-1)).toBe('end');
    expect(new Set(world.upstream.requests.map(({ connection }) => connection)).size).toBe(1);
  });

  it('close() cancels what is under way and what comes later', async () => {
    world.upstream.next(endless);
    const { promise: begun, resolve } = Promise.withResolvers<undefined>();
    const { calls } = world.run(world.request(), () => {
      resolve(undefined);
    });
    await begun;
    await world.connections.close();
    expect((await calls).at(-1)).toBe('failure cancelled');
    expect(await world.run(world.request()).calls).toEqual(['failure cancelled']);
  });
});

describe('backpressure', () => {
  it(
    'a paused exchange holds the upstream back, and loses nothing',
    { timeout: 30_000 },
    async () => {
      const size = 24 * 1024 * 1024;
      world.upstream.next({
        kind: 'raw',
        status: 200,
        contentType: 'text/plain',
        body: 'x'.repeat(size),
        chunking: { bytes: 64 * 1024 },
      });
      let received = 0;
      let afterPause = 0;
      const { promise: paused, resolve } = Promise.withResolvers<undefined>();
      const { exchange, calls } = world.run(
        world.request({ idleTimeoutMs: 100 }),
        (running, text) => {
          received += text.length;
          if (afterPause === 0) running.pause();
          afterPause += 1;
          resolve(undefined);
        },
      );
      await paused;
      const request = await world.upstream.request(0);
      const progress = await steady(() => request.sentBytes);
      expect(afterPause).toBe(1);
      expect(progress).toBeLessThan(size);
      exchange.resume();
      expect((await calls).at(-1)).toBe('end');
      expect(received).toBe(size);
    },
  );
});

/** Waits until a number stays the same for longer than the idle timeout of the test. */
async function steady(read: () => number): Promise<number> {
  for (let before = -1; ;) {
    const now = read();
    if (now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
