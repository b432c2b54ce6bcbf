import { expectOk, ok, revealSecret, Secret } from '@postern/kernel';
import { textReply, type FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import type { CallBodies } from '../debug/body-log.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';
import type { StartGatewayOptions } from '../testing/start-gateway.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const HOUR_MS = 3_600_000;
const UPSTREAM_KEY = 'sk-upstream-key-of-the-test';
const QUESTION = 'marked-question';
const ANSWER = 'marked-answer';

let logged: CallBodies[] = [];

/** Starts a gateway whose key is debugged until that time from now. */
async function start(
  debugMs: number | undefined,
  options: Partial<StartGatewayOptions> = {},
): Promise<void> {
  logged = [];
  const debugUntilMs = debugMs === undefined ? undefined : Date.now() + debugMs;
  await world.start({
    ...options,
    keySettings: { debugUntilMs, ...options.keySettings },
    deps: {
      bodyLog: {
        redacted: (text) => text.replaceAll('known-form', '**********'),
        write: (bodies) => logged.push(bodies),
      },
    },
  });
  world.upstream.respond(() => textReply(ANSWER));
}

const ask = async (changes: object = {}, path = CHAT): Promise<string> => {
  const messages = [{ role: 'user', content: QUESTION }];
  return await (await world.post(path, { model: 'openai/m', messages, ...changes })).text();
};

/** What was logged, once the gateway has seen the end of all calls. */
async function loggedBodies(): Promise<readonly CallBodies[]> {
  await expect.poll(() => world.running.gateway.runningCalls).toBe(0);
  return logged;
}

/** Has the provider answer when the returned function is called. */
function holdAnswer(): () => void {
  const { promise, resolve } = Promise.withResolvers<FakeReply>();
  world.upstream.respond(() => promise);
  return () => {
    resolve(textReply(ANSWER));
  };
}

describe('the bodies of a call', () => {
  it.each([
    ['has no debug flag', undefined],
    ['has a debug flag that has expired', -1],
    [
      'has a debug flag that is set for longer than a day, as after a change of the clock',
      25 * HOUR_MS,
    ],
  ])('are not logged if its key %s', async (_, debugMs) => {
    await start(debugMs);
    expect(await ask()).toContain(ANSWER);
    expect(await ask({ stream: true })).toContain(ANSWER);
    expect(await loggedBodies()).toEqual([]);
  });

  it.each([
    ['expires', -1],
    ['is turned off', undefined],
  ])('are not logged if the debug flag %s while it runs', async (_, debugMs) => {
    await start(HOUR_MS);
    const answer = holdAnswer();
    const asked = ask();
    await world.upstream.request(0);
    const { store, keyId } = world.running;
    const debugUntilMs = debugMs === undefined ? undefined : Date.now() + debugMs;
    expectOk(store.keys.update(keyId, { debugUntilMs }));
    answer();
    expect(await asked).toContain(ANSWER);
    expect(await loggedBodies()).toEqual([]);
  });

  it('are not logged for another key', async () => {
    await start(HOUR_MS);
    const other = expectOk(
      world.running.store.keys.create({ name: 'other', settings: { models: 'all' } }),
    );
    await (await world.post(CHAT, { model: 'openai/m' }, { key: revealSecret(other.key) })).text();
    expect(await loggedBodies()).toEqual([]);
  });

  it.each<[string, string, object, { idempotencyMs?: number }]>([
    ['passed through', CHAT, {}, {}],
    ['passed through as a stream', CHAT, { stream: true }, {}],
    ['translated', '/v1/messages', {}, {}],
    ['translated as a stream', '/v1/messages', { stream: true }, {}],
    ['recorded for repetitions', CHAT, {}, { idempotencyMs: HOUR_MS }],
  ])('are logged once, %s, as the client has them', async (_, path, changes, keySettings) => {
    await start(HOUR_MS, { keySettings });
    const answer = await ask(changes, path);
    const [bodies, ...others] = await loggedBodies();
    expect(others).toEqual([]);
    expect(bodies).toMatchObject({ keyId: world.running.keyId, status: 200 });
    expect(bodies?.request.text).toContain(QUESTION);
    expect(bodies?.response).toEqual({
      text: answer,
      bytes: Buffer.byteLength(answer),
      isCut: false,
    });
  });

  it.each([
    ["the provider's error", { kind: 'error', status: 400 } as const],
    ["the gateway's own error", { kind: 'error', status: 401 } as const],
  ])('are logged with %s', async (_, reply) => {
    await start(HOUR_MS);
    world.upstream.respond(() => reply);
    const answer = await ask();
    expect(await loggedBodies()).toMatchObject([{ response: { text: answer } }]);
  });

  it('are logged for a request that reaches no provider', async () => {
    await start(HOUR_MS);
    const answer = await ask({ model: 17 });
    expect(await loggedBodies()).toMatchObject([{ status: 400, response: { text: answer } }]);
    expect(await ask({}, '/v1/messages/count_tokens')).toContain('input_tokens');
    expect((await loggedBodies())[1]?.response.text).toContain('input_tokens');
  });

  it("contain neither the gateway key, nor the provider's, nor a key that the log knows", async () => {
    const key = Secret.of(UPSTREAM_KEY);
    await start(HOUR_MS, { upstreamKey: () => ok(key) });
    const { key: token } = world.running;
    const content = `${token} ${UPSTREAM_KEY} known-form`;
    world.upstream.respond(() => textReply(content));
    await ask({ messages: [{ role: 'user', content }] });
    const [bodies] = await loggedBodies();
    const text = JSON.stringify(bodies);
    for (const secret of [token, UPSTREAM_KEY, 'known-form']) expect(text).not.toContain(secret);
    expect(bodies?.request.text).toContain('"content":"***');
    expect(bodies?.response.text).toContain('"content":"***');
  });

  it('of a client that disconnects are logged as far as they came', async () => {
    await start(HOUR_MS);
    world.upstream.respond(() => textReply(ANSWER, { fault: { kind: 'stall', afterFrames: 2 } }));
    const leave = new AbortController();
    const messages = [{ role: 'user', content: QUESTION }];
    const body = { model: 'openai/m', stream: true, messages };
    const response = await world.post(CHAT, body, { signal: leave.signal });
    await response.body?.getReader().read();
    leave.abort();
    const [bodies] = await loggedBodies();
    expect(bodies?.request.text).toContain(QUESTION);
    expect(bodies?.response.bytes).toBeGreaterThan(0);
  });

  it('are bounded', async () => {
    await start(HOUR_MS);
    const long = 'x'.repeat(200_000);
    world.upstream.respond(() => textReply(long));
    await ask({ messages: [{ role: 'user', content: long }], stream: true });
    const [bodies] = await loggedBodies();
    for (const body of [bodies?.request, bodies?.response]) {
      expect(body?.isCut).toBe(true);
      expect(body?.text.length).toBeLessThanOrEqual(16 * 1024);
      expect(body?.bytes).toBeGreaterThan(200_000);
    }
  });
});
