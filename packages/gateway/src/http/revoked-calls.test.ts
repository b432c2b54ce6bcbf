import { expectOk, failed, ok } from '@postern/kernel';
import { CLOSED_SCOPES, gatewayKeyId } from '@postern/protocol';
import { startFakeUpstream, textReply, type FakeUpstream } from '@postern/testing';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/start-gateway.ts';
import { RevokedCalls, type RevocableCall } from './revoked-calls.ts';
import { RunningCalls } from './running-calls.ts';

const ids = ['one', 'two'].map((_, index) =>
  gatewayKeyId.from(`0000000000000000000000000${index}`),
);

describe('RevokedCalls', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const call = (
    keyId = ids[0] ?? expect.fail(),
    generation = 1,
  ): RevocableCall & { times: number } => ({
    place: -1,
    grant: { ...CLOSED_SCOPES, keyId, generation, owner: undefined, expiresAtMs: undefined },
    times: 0,
    revoke() {
      this.times += 1;
    },
  });

  function running(...started: readonly RevocableCall[]): RunningCalls<RevocableCall> {
    const calls = new RunningCalls<RevocableCall>();
    for (const call of started) calls.add(call);
    return calls;
  }

  it('ends the calls of a revoked key twice within a second, and no others', () => {
    const [mine, other] = [call(), call(ids[1])];
    const calls = running(mine, other);
    const watch = new RevokedCalls(
      { isLive: ({ keyId }) => ok(keyId === other.grant.keyId) },
      calls,
    );
    watch.watch();
    vi.advanceTimersByTime(999);
    expect([mine.times, other.times]).toEqual([2, 0]);
  });

  it('ends the calls of an earlier token of a key, and not those of its current one', () => {
    const [earlier, current] = [call(ids[0], 1), call(ids[0], 2)];
    const watch = new RevokedCalls(
      { isLive: ({ generation }) => ok(generation === 2) },
      running(earlier, current),
    );
    watch.watch();
    vi.advanceTimersByTime(450);
    expect([earlier.times, current.times]).toEqual([1, 0]);
  });

  it('asks for each key once, only while calls run, and goes on when a store does not answer', () => {
    const asked = vi.fn<() => ReturnType<RevokedCallsKeys['isLive']>>(() =>
      failed({ reason: 'locked' }),
    );
    const [mine, second] = [call(), call()];
    const calls = running(mine, second);
    const watch = new RevokedCalls({ isLive: asked }, calls);
    watch.watch();
    vi.advanceTimersByTime(450);
    expect([asked.mock.calls.length, mine.times]).toEqual([1, 0]);
    asked.mockReturnValue(ok(false));
    vi.advanceTimersByTime(400);
    expect(mine.times).toBe(1);
    calls.remove(mine);
    calls.remove(second);
    vi.advanceTimersByTime(10_000);
    expect([asked.mock.calls.length, vi.getTimerCount()]).toEqual([2, 0]);
    calls.add(mine);
    watch.watch();
    vi.advanceTimersByTime(450);
    expect(mine.times).toBe(2);
  });
});

type RevokedCallsKeys = ConstructorParameters<typeof RevokedCalls>[0];

describe('a key that is revoked while its calls run', { timeout: 60_000 }, () => {
  let upstream: FakeUpstream;
  let running: RunningGateway;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
  });
  beforeEach(async () => {
    running = await startGateway({ baseUrls: upstream.baseUrls });
  });
  afterEach(async () => {
    upstream.reset();
    await running.close();
  });
  afterAll(async () => {
    await upstream.close();
  });

  const ask = (path: string, key: string): Promise<Response> =>
    fetch(running.url + path, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: '{"model":"m","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"x"}]}',
    });

  it.each([
    ['/v1/messages', /\n\nevent: error\ndata: \{"type":"error",.*"authentication_error".*\}\n\n$/],
    ['/v1/chat/completions', /\n\ndata: \{"error":\{.*"GATEWAY_KEY_REQUIRED".*\}\}\n\n$/],
  ])('has its streams ended with an error event, at %s', async (path, end) => {
    upstream.next(textReply('a b c', { fault: { kind: 'stall', afterFrames: 3 } }));
    const response = await ask(path, running.key);
    expectOk(running.store.keys.revoke(running.keyId));
    expect(await response.text()).toMatch(end);
    expect(await (await upstream.request(0)).closed).toBe('left');
    expect(running.entries[0]).toMatchObject({ ending: 'cut', keyId: running.keyId });
  });

  it('has its waiting calls refused, and those of another key left alone', async () => {
    const other = expectOk(
      running.store.keys.create({ name: 'other', settings: { models: 'all' } }),
    );
    upstream.next(textReply('a', { fault: { kind: 'stall', afterFrames: 0 } }));
    const waiting = ask('/v1/messages', running.key);
    const request = await upstream.request(0);
    expectOk(running.store.keys.revoke(other.record.id));
    expectOk(running.store.keys.revoke(running.keyId));
    expect((await waiting).status).toBe(401);
    expect(await request.closed).toBe('left');
  });

  it('has a client cut off that does not read the end of its stream', async () => {
    const event = `data: ${'x'.repeat(65_528)}\n\n`;
    upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body: event.repeat(400),
      chunking: 'event',
    });
    const body = '{"model":"m","stream":true,"messages":[]}';
    const socket = connect(running.port, '127.0.0.1').pause();
    socket.on('error', () => undefined);
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${running.key}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await upstream.request(0);
    expectOk(running.store.keys.revoke(running.keyId));
    expect(running.gateway.runningCalls).toBe(1);
    await vi.waitUntil(() => running.gateway.runningCalls === 0, { timeout: 60_000 });
    socket.destroy();
  });
});
