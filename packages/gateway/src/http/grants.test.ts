import { failed, ok } from '@postern/kernel';
import { CLOSED_SCOPES, gatewayKeyId } from '@postern/protocol';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Grant, KeyAdmission } from '../ports.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();

const start = async (changed: Partial<KeyAdmission>): Promise<void> => {
  const keys: KeyAdmission = { admit: () => ok(undefined), isLive: () => ok(true), ...changed };
  // The key of these grants isn't one of the store's own.
  const usage = { record: () => undefined, isFull: () => false, flush: () => ok() };
  await world.start({ deps: { keys, usage } });
};

const grant = (changes: Partial<Grant> = {}): Grant => ({
  ...CLOSED_SCOPES,
  keyId: gatewayKeyId.from('0'.repeat(26)),
  owner: undefined,
  models: 'all',
  expiresAtMs: undefined,
  ...changes,
});

async function statusOf(model = 'm', signal?: AbortSignal): Promise<number> {
  const options = { key: 'any', ...(signal !== undefined && { signal }) };
  const response = await world.post('/v1/messages', { model }, options);
  await response.text();
  return response.status;
}

describe('a grant', () => {
  it.each([
    ['may call every model', grant(), 'm', 200],
    ['may call a model that it names', grant({ models: ['a', 'm'] }), 'm', 200],
    ['may not call another one', grant({ models: ['a'] }), 'm', 404],
    ['may call no model if it names none', grant({ models: [] }), 'm', 404],
    ['may call every model of a provider', grant({ models: ['anthropic/*'] }), 'm', 200],
    ['may call a model of a provider', grant({ models: ['anthropic/m'] }), 'm', 200],
    ['may not call one of another provider', grant({ models: ['openai/*'] }), 'm', 404],
    ['takes no name for a provider', grant({ models: ['nobody/*'] }), 'nobody/m', 404],
    ['is refused when it has expired', grant({ expiresAtMs: 1 }), 'm', 401],
    ['is accepted before it expires', grant({ expiresAtMs: Number.MAX_SAFE_INTEGER }), 'm', 200],
  ])('%s', async (_name, given, model, status) => {
    await start({ admit: () => ok(given) });
    expect(await statusOf(model)).toBe(status);
    expect(world.upstream.requests).toHaveLength(status === 200 ? 1 : 0);
  });
});

describe('a remote store of keys', () => {
  const later = async <T>(value: T): Promise<T> => {
    await setImmediate();
    return value;
  };

  it.each([
    ['admits a valid token', () => later(ok(grant())), 200],
    ['refuses an invalid one', () => later(ok(undefined)), 401],
    ["can't be reached", () => later(failed({ reason: 'unavailable' } as const)), 503],
    ['has a fault', () => Promise.reject(new Error('a fault')), 500],
  ])('%s', async (_name, admit, status) => {
    await start({ admit });
    expect(await statusOf()).toBe(status);
  });

  it('is waited for without a call that its client has left', async () => {
    const admitted = Promise.withResolvers<ReturnType<typeof ok<Grant>>>();
    const asked = Promise.withResolvers<undefined>();
    await start({
      admit: () => {
        asked.resolve(undefined);
        return admitted.promise;
      },
    });
    const closed = new Promise((resolve) => {
      world.running.server.once('connection', (socket) => socket.once('close', resolve));
    });
    const leaving = new AbortController();
    const left = statusOf('m', leaving.signal).catch(() => 'left');
    await asked.promise;
    leaving.abort();
    expect(await left).toBe('left');
    await closed;
    admitted.resolve(ok(grant()));
    await setImmediate();
    expect([world.upstream.requests.length, world.running.gateway.runningCalls]).toEqual([0, 0]);
  });

  it('ends the calls of a key that it says is revoked', async () => {
    await start({ admit: () => ok(grant()), isLive: () => later(ok(false)) });
    world.upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body: 'data: {"a":1}\n\n',
      headDelayMs: 60_000,
    });
    expect(await statusOf()).toBe(401);
  });
});
