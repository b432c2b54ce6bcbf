import { failed, ok, revealSecret } from '@postern/kernel';
import { startFakeUpstream, textReply, type FakeUpstream } from '@postern/testing';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mintKey } from '../keys/key-text.ts';
import type { KeyAdmission } from '../ports.ts';
import {
  startGateway,
  type RunningGateway,
  type StartGatewayOptions,
} from '../testing/start-gateway.ts';

let upstream: FakeUpstream;
let running: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
});

afterEach(async () => {
  upstream.reset();
  await running.close();
});

afterAll(async () => {
  await upstream.close();
});

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

async function start(options: Partial<StartGatewayOptions> = {}): Promise<void> {
  running = await startGateway({ baseUrls: upstream.baseUrls, ...options });
}

function ask(path: string, changes: object = {}, key = running.key): Promise<Response> {
  return fetch(running.url + path, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({
      model: 'm',
      max_tokens: 500,
      messages: [{ role: 'user', content: 'hi' }],
      ...changes,
    }),
  });
}

describe('before the first byte', () => {
  it.each([
    ['the upstream hangs up', { kind: 'hang-up' } as const],
    [
      'the stream is cut after its head',
      textReply('a b', { fault: { kind: 'cut', afterFrames: 0 } }),
    ],
  ])('%s: a real status, in each dialect', async (_name, reply) => {
    await start();
    for (const [path, shape] of [
      [CHAT, { error: { type: 'server_error' } }],
      [MESSAGES, { type: 'error', error: { type: 'api_error' } }],
    ] as const) {
      upstream.next(reply);
      const response = await ask(path, { stream: true });
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject(shape);
    }
  });

  it.each([
    ['overloaded_error', 529],
    ['rate_limit_error', 429],
    ['api_error', 500],
    ['invalid_request_error', 400],
  ])('a stream that opens with %s becomes a %i', async (errorType, status) => {
    await start();
    upstream.next(textReply('a', { fault: { kind: 'error-event', afterFrames: 0, errorType } }));
    const response = await ask(MESSAGES, { stream: true });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: errorType, message: 'Overloaded' },
    });
  });

  it('a stream that opens with an error after comments and pings, in pieces, becomes a status', async () => {
    await start();
    const error = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body: `: hold on\n\nevent: ping\ndata: {"type":"ping"}\n\nevent: error\ndata: ${error}\n\n`,
      chunking: { bytes: 5 },
      deltaDelayMs: 2,
    });
    const response = await ask(MESSAGES, { stream: true });
    expect([response.status, await response.text()]).toEqual([529, error]);
  });

  it('nobody listens at the upstream', async () => {
    await start({
      baseUrls: {
        'openai-chat': 'http://127.0.0.1:1',
        'anthropic-messages': 'http://127.0.0.1:1',
      },
    });
    const response = await ask(CHAT);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('UPSTREAM_UNREACHABLE');
  });

  it.each([
    ['locked', failed({ reason: 'locked' } as const), 503, 'The vault is locked'],
    ['unavailable', failed({ reason: 'unavailable' } as const), 503, "Can't read the vault"],
    ['without that key', ok(undefined), 503, 'The vault has no key for that provider'],
  ])('the vault is %s', async (_name, answer, status, words) => {
    await start({ upstreamKey: () => answer });
    for (const path of [CHAT, MESSAGES]) {
      const response = await ask(path);
      expect(response.status).toBe(status);
      expect(response.headers.get('x-should-retry')).toBe('false');
      expect(await response.text()).toContain(words);
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it('the vault breaks: one 500, and the next request is served', async () => {
    let isBroken = true;
    await start({
      upstreamKey: () => {
        if (isBroken) throw new TypeError('a fault with a secret in its text: sk-canary');
        return ok(undefined);
      },
    });
    const response = await ask(CHAT);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('canary');
    isBroken = false;
    expect((await ask(CHAT)).status).toBe(503);
  });

  it('keys cannot be checked: nothing is passed on, and no key is told from another', async () => {
    const locked = (): ReturnType<KeyAdmission['admit']> => failed({ reason: 'locked' });
    await start({ deps: { keys: { admit: locked, isLive: () => failed({ reason: 'locked' }) } } });
    const unknown = mintKey(() => Buffer.alloc(0), { bytes: (count) => Buffer.alloc(count, 7) });
    const told = async (key: string): Promise<string> => {
      const response = await ask(MESSAGES, {}, key);
      return `${response.status} ${(await response.text()).replaceAll(/req_\w+/g, '')}`;
    };
    expect(await told(running.key)).toMatch(/^503 .*vault is locked/);
    expect(await told(revealSecret(unknown.key))).toBe(await told(running.key));
    const wrong = ['sk-postern-x', `${running.key.slice(0, -1)}!`, running.key.slice(0, -1), 'x'];
    const answers = await Promise.all(wrong.map(told));
    await running.close();
    await start();
    expect(answers).toEqual(await Promise.all(wrong.map(told)));
    expect(answers[0]).toMatch(/^401 /);
    expect(upstream.requests).toHaveLength(0);
  });

  it('use cannot be recorded: nothing is passed on', async () => {
    await start({
      deps: { usage: { record: () => undefined, isFull: () => true, flush: () => ok() } },
    });
    expect((await ask(MESSAGES)).status).toBe(503);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('in the middle of a stream', () => {
  it('a cut becomes an error event of the dialect, and nothing follows it', async () => {
    await start();
    upstream.next(textReply('a b c d', { fault: { kind: 'cut', afterFrames: 3 } }));
    const chat = await (await ask(CHAT, { stream: true })).text();
    expect(chat).toMatch(/\n\ndata: \{"error":\{"message":"[^"]+","type":"server_error",.*\}\n\n$/);
    expect(chat).not.toContain('[DONE]');
    upstream.next(textReply('a b c d', { fault: { kind: 'cut', afterFrames: 3 } }));
    const messages = await (await ask(MESSAGES, { stream: true })).text();
    expect(messages).toMatch(/\n\nevent: error\ndata: \{"type":"error",.*\}\n\n$/);
    expect(messages).not.toContain('message_stop');
  });

  it('a cut within an event, or in a counted body, cuts the client as well', async () => {
    await start();
    upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body: 'data: {"a":1}\n\ndata: {"b"'.repeat(2),
      chunking: { bytes: 4 },
      deltaDelayMs: 10,
      fault: { kind: 'cut' },
    });
    await expect((await ask(MESSAGES, { stream: true })).text()).rejects.toThrow();
    upstream.next(
      textReply('a b c', { fault: { kind: 'cut' }, chunking: { bytes: 50 }, deltaDelayMs: 10 }),
    );
    await expect((await ask(CHAT)).text()).rejects.toThrow();
  });

  it.each([
    ['an error event', { kind: 'error-event', afterFrames: 3 } as const],
    ['broken JSON', { kind: 'malformed', afterFrames: 3 } as const],
    ['a missing end', { kind: 'no-done' } as const],
  ])('%s of the upstream goes on as it came', async (_name, fault) => {
    await start();
    const direct = textReply('a b c d', { fault });
    upstream.next(direct, direct);
    const through = await (await ask(MESSAGES, { stream: true })).text();
    const body = JSON.stringify((await upstream.request(0)).json);
    const straight = await fetch(`${upstream.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'x-api-key': 'sk-upstream-key-of-the-test',
        'anthropic-version': '2023-06-01',
        'content-type': 'application/json',
      },
      body,
    });
    const withoutId = (text: string): string => text.replaceAll(/fake\d+/g, 'fake');
    expect(withoutId(through)).toBe(withoutId(await straight.text()));
  });
});

describe('a stream in which nothing comes', () => {
  const EVENT = { [CHAT]: ': ping\n\n', [MESSAGES]: 'event: ping\ndata: {"type": "ping"}\n\n' };
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
    await start({ limits: { pingAfterMs: 15 } });
    const event = 'data: {"a":"bcdefghij"}\n\n';
    upstream.next(raw(event.repeat(3), event.length));
    const text = await (await ask(path, { stream: true })).text();
    expect(text.split(EVENT[path]).length).toBeGreaterThan(1);
    expect(text.replaceAll(EVENT[path], '')).toBe(event.repeat(3));
  });

  it('gets none within an event', async () => {
    await start({ limits: { pingAfterMs: 15 } });
    upstream.next(raw('data: {"a":"bcdefghij"}\n\n', 8));
    const text = await (await ask(MESSAGES, { stream: true })).text();
    expect(text.replaceAll(EVENT[MESSAGES], '')).toBe('data: {"a":"bcdefghij"}\n\n');
    expect(text).toMatch(/(?:^|\n\n)data: \{"a":"bcdefghij"\}\n\n$/);
  });

  it('is let go on before its first event; an error is then an event', async () => {
    await start({ limits: { pingAfterMs: 15 } });
    const error = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n';
    upstream.next(raw(`: ${'wait'.repeat(20)}\n\n${error}`, 84));
    const response = await ask(MESSAGES, { stream: true });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text.replaceAll(EVENT[MESSAGES], '')).toBe(`: ${'wait'.repeat(20)}\n\n${error}`);
    expect(text).toContain(EVENT[MESSAGES]);
  });
});

describe('too much at once', () => {
  it('waits in the queue, and beyond it is refused', async () => {
    await start({ limits: { maxConcurrent: 1, maxQueued: 1 } });
    upstream.next(textReply('a', { headDelayMs: 1000 }));
    const first = ask(CHAT);
    await upstream.request(0);
    const others = await Promise.all([ask(CHAT), ask(CHAT)]);
    const refused = others.find(({ status }) => status === 429);
    expect(others.map(({ status }) => status).sort()).toEqual([200, 429]);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect((await first).status).toBe(200);
  });

  it('who waits too long is refused, who leaves the queue makes room', async () => {
    await start({ limits: { maxConcurrent: 1, maxQueued: 1, queueTimeoutMs: 30 } });
    upstream.next(textReply('a', { headDelayMs: 60_000 }));
    const leave = new AbortController();
    const first = fetch(running.url + CHAT, {
      method: 'POST',
      headers: { 'x-api-key': running.key },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }),
      signal: leave.signal,
    }).catch(() => 'left');
    await upstream.request(0);
    expect((await ask(CHAT)).status).toBe(429);
    leave.abort();
    expect(await first).toBe('left');
    await (
      await upstream.request(0)
    ).closed;
    expect((await ask(CHAT)).status).toBe(200);
  });

  it('a body that does not come is a 408, and holds no slot', async () => {
    await start({ limits: { maxConcurrent: 1, maxQueued: 0, bodyTimeoutMs: 50 } });
    const text = await new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(running.port, '127.0.0.1');
      socket.on('data', (chunk) => {
        answer += chunk.toString();
        if (answer.includes('}}')) socket.destroy();
      });
      socket.on('close', () => {
        resolve(answer);
      });
      socket.write(
        `POST ${CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${running.key}\r\ncontent-length: 100\r\n\r\n{`,
      );
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect((await ask(CHAT)).status).toBe(200);
  });

  it('a client that leaves in the middle of its body has held no slot', async () => {
    await start({ limits: { maxConcurrent: 1, maxQueued: 0 } });
    const socket = connect(running.port, '127.0.0.1');
    socket.write(
      `POST ${CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${running.key}\r\ncontent-length: 100\r\n\r\n{`,
    );
    while (running.gateway.runningCalls === 0) await setImmediate();
    expect((await ask(CHAT)).status).toBe(200);
    socket.destroy();
    while (running.gateway.runningCalls > 0) await setImmediate();
    expect(running.entries.at(-1)).toMatchObject({ status: 200, ending: 'complete' });
  });

  it('a client that never reads is cut off', async () => {
    await start({ limits: { stallTimeoutMs: 50 } });
    upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body: `data: ${'x'.repeat(99_992)}\n\n`.repeat(480),
      chunking: { bytes: 65_536 },
    });
    const response = await ask(CHAT, { stream: true });
    expect(await (await upstream.request(0)).closed).toBe('left');
    await expect(response.text()).rejects.toThrow();
    expect(running.entries[0]).toMatchObject({ ending: 'aborted' });
  });
});

describe('draining', () => {
  it('lets running calls end, takes no new ones, and says so', async () => {
    await start();
    upstream.next(textReply('one two three', { deltaDelayMs: 20 }));
    const streaming = await ask(MESSAGES, { stream: true });
    const drained = running.gateway.drain(10_000, 'draining');
    const refused = await ask(MESSAGES);
    expect(refused.status).toBe(503);
    expect((await fetch(`${running.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
    expect(await streaming.text()).toContain('message_stop');
    await drained;
    expect(running.entries[0]).toMatchObject({ ending: 'complete' });
  });

  it('is over for calls after it once it is told to resume', async () => {
    await start();
    await running.gateway.drain(0, 'draining');
    expect((await ask(MESSAGES)).status).toBe(503);
    running.gateway.resume();
    expect((await ask(MESSAGES)).status).toBe(200);
  });

  it('twice at once waits for the same calls twice', async () => {
    await start();
    upstream.next(textReply('one two three', { deltaDelayMs: 20 }));
    const streaming = await ask(MESSAGES, { stream: true });
    expect(running.gateway.runningCalls).toBe(1);
    const drained = [
      running.gateway.drain(60_000, 'draining'),
      running.gateway.drain(60_000, 'draining'),
    ];
    expect(await streaming.text()).toContain('message_stop');
    await Promise.all(drained);
    expect(running.gateway.runningCalls).toBe(0);
  });

  const CODES = { draining: 'GATEWAY_STOPPING', 'vault-locked': 'VAULT_LOCKED' } as const;
  it.each(['draining', 'vault-locked'] as const)('(%s) ends all with an event', async (reason) => {
    await start();
    upstream.next(textReply('word '.repeat(1000), { deltaDelayMs: 10 }));
    const streaming = await ask(CHAT, { stream: true });
    await running.gateway.drain(0, reason);
    const text = await streaming.text();
    expect(text).toContain(CODES[reason]);
    expect(await (await upstream.request(0)).closed).toBe('left');
    expect(running.entries[0]).toMatchObject({ ending: 'cut', estimated: true });
  });
});
