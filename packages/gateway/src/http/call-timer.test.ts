import { ok, Secret } from '@postern/kernel';
import { createConnections, storedKey } from '@postern/upstreams';
import { textReply } from '@postern/testing';
import { expect, it, onTestFinished } from 'vitest';
import { SqliteAdmission } from '../keys/sqlite-admission.ts';
import type { GatewayDeps } from '../ports.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';
import { NO_TIMES } from './call-timer.ts';

const world = gatewayWorld();

/** A gateway in which time passes only in these steps. */
function slowDeps(): Partial<GatewayDeps> {
  let monotonicMs = 1000;
  const connections = createConnections({ localHosts: [] });
  onTestFinished(async () => {
    await connections.close();
  });
  return {
    clock: { nowMs: () => Date.now(), monotonicMs: () => monotonicMs },
    keys: {
      admit: (token) => {
        monotonicMs += 30;
        return new SqliteAdmission(world.running.store.keys, () => undefined).admit(token);
      },
      isLive: () => ok(true),
    },
    callLimits: {
      reserve: () => {
        monotonicMs += 5;
        return ok();
      },
      settle: () => undefined,
      release: () => undefined,
    },
    credentials: {
      find: async (provider) => {
        monotonicMs += 400;
        const key = storedKey(provider, Secret.of('sk-upstream-key-of-the-test'));
        if (key === undefined) throw new TypeError('needs no key');
        const stored = { changedAtMs: 0, use: () => Promise.resolve(ok(key)) };
        return await Promise.resolve(ok(stored));
      },
    },
    upstreams: {
      exchange: (request, sink) => {
        monotonicMs += 7000;
        return connections.exchange(request, sink);
      },
    },
  };
}

it.each([
  ['passed through', '/v1/messages'],
  ['translated', '/v1/chat/completions'],
])('each part of a call has its own time, and their sum is its duration: %s', async (_, path) => {
  await world.start({ deps: slowDeps() });
  world.upstream.next(textReply('one two three'));
  await (await world.post(path, { model: 'anthropic/m', stream: true })).text();
  expect(world.running.entries[0]).toMatchObject({
    durationMs: 7435,
    times: { ...NO_TIMES, authentication: 30, limits: 5, credential: 400, upstream: 7000 },
  });
});

it('a failed attempt counts as waiting for the provider', async () => {
  const retries = { attempts: 2, baseDelayMs: 1, maxDelayMs: 50 };
  await world.start({ deps: slowDeps(), routing: { retries } });
  world.upstream.next({ kind: 'error', status: 503 }, textReply('one'));
  await (await world.post('/v1/messages', { stream: true })).text();
  expect(world.running.entries[0]?.times).toMatchObject({ credential: 800, upstream: 14_000 });
});
