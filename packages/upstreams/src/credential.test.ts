import { failed, ok, Secret, type MaybePromise, type Result } from '@postern/kernel';
import { textReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import type { ExchangeRequest } from './connect/exchange.ts';
import { storedKey, type Credential, type CredentialHeader } from './credential.ts';
import { exchangeWorld, KEY_TEXT } from './testing/exchange-world.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

const FIRST = 'login-canary-first-0123';
const SECOND = KEY_TEXT;

const world = exchangeWorld();

function ask(credential: Credential | undefined): ExchangeRequest {
  return world.request({ credential });
}

function bearer(text: string): Result<CredentialHeader, UpstreamFailure> {
  return ok({ name: 'authorization', prefix: 'Bearer ', secret: Secret.of(text) });
}

/** A login that gives `headers` one after the other, and counts how often it was refused. */
function login(...headers: readonly MaybePromise<Result<CredentialHeader, UpstreamFailure>>[]) {
  let given = 0;
  const made = {
    refusals: 0,
    header: () => headers[given++] ?? bearer(SECOND),
    refused: () => {
      made.refusals += 1;
    },
  };
  return made;
}

describe('a stored key', () => {
  it.each([
    ['bearer', 'authorization', 'Bearer '],
    ['x-api-key', 'x-api-key', ''],
    ['api-key', 'api-key', ''],
  ] as const)('is sent as %s', (auth, name, prefix) => {
    const secret = Secret.of(SECOND);
    expect(storedKey({ auth }, secret)?.header()).toEqual(ok({ name, prefix, secret }));
  });

  it('is no credential for a provider that wants none', () => {
    expect(storedKey({ auth: 'none' }, Secret.of(SECOND))).toBeUndefined();
  });

  it('is not printed with its header', () => {
    const printed = JSON.stringify(storedKey({ auth: 'bearer' }, Secret.of(SECOND))?.header());
    expect(printed).not.toContain('canary');
  });
});

describe('a credential that takes time', () => {
  it('is waited for, sent, and taken out of the answer', async () => {
    world.upstream.next(textReply(`you showed ${SECOND} to me`));
    const fetched = await world.connections.fetchText(ask(login(Promise.resolve(bearer(SECOND)))));
    expect((await world.upstream.request(0)).headers.authorization).toBe(`Bearer ${SECOND}`);
    expect(fetched).toMatchObject({ ok: true, value: { status: 200 } });
    const text = fetched.ok ? fetched.value.text : '';
    expect(text).toContain(`" ${'*'.repeat(SECOND.length)}"`);
    expect(text).not.toContain(SECOND);
  });

  it('sends nothing if the request is cancelled meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof bearer>>();
    const stop = new AbortController();
    const fetched = world.connections.fetchText({ ...ask(login(promise)), signal: stop.signal });
    stop.abort();
    resolve(bearer(SECOND));
    expect(await fetched).toEqual(failed({ reason: 'cancelled' }));
    expect(world.upstream.requests).toEqual([]);
  });

  it('fails the request if it fails', async () => {
    const missing = failed({ reason: 'key-missing', provider: 'fake' } as const);
    expect(await world.connections.fetchText(ask(login(Promise.resolve(missing))))).toEqual(
      missing,
    );
    expect(world.upstream.requests).toEqual([]);
  });
});

describe('a credential that the upstream refuses', () => {
  it('is notified of each 401, and can send another header with the next request', async () => {
    const renewed = login(bearer(FIRST));
    const refused = await world.connections.fetchText(ask(renewed));
    expect(refused).toMatchObject({ value: { status: 401 } });
    expect(renewed.refusals).toBe(1);
    expect(await world.connections.fetchText(ask(renewed))).toMatchObject({
      value: { status: 200 },
    });
    expect(renewed.refusals).toBe(1);
  });

  it.each([403, 429, 500])("isn't notified of a status of %i", async (status) => {
    const shown = login();
    world.upstream.next({ kind: 'error', status });
    expect(await world.connections.fetchText(ask(shown))).toMatchObject({ value: { status } });
    expect(shown.refusals).toBe(0);
  });
});
