import { failed, ok, revealSecret } from '@postern/kernel';
import { textReply, type FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { mintKey } from '../keys/key-text.ts';
import type { KeyAdmission } from '../ports.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

describe('before the first byte', () => {
  it.each([
    ['the upstream hangs up', { kind: 'hang-up' } as const],
    [
      'the stream is cut after its head',
      textReply('a b', { fault: { kind: 'cut', afterFrames: 0 } }),
    ],
  ])('%s: a real status, in each dialect', async (_name, reply) => {
    await world.start();
    for (const [path, shape] of [
      [CHAT, { error: { type: 'server_error' } }],
      [MESSAGES, { type: 'error', error: { type: 'api_error' } }],
    ] as const) {
      world.upstream.next(reply);
      const response = await world.post(path, { stream: true });
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
    await world.start();
    world.upstream.next(
      textReply('a', { fault: { kind: 'error-event', afterFrames: 0, errorType } }),
    );
    const response = await world.post(MESSAGES, { stream: true });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: errorType, message: 'Overloaded' },
    });
  });

  it('a stream that opens with an error after comments and pings, in pieces, becomes a status', async () => {
    await world.start();
    const error = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    world.upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body: `: hold on\n\nevent: ping\ndata: {"type":"ping"}\n\nevent: error\ndata: ${error}\n\n`,
      chunking: { bytes: 5 },
      deltaDelayMs: 2,
    });
    const response = await world.post(MESSAGES, { stream: true });
    expect([response.status, await response.text()]).toEqual([529, error]);
  });

  it('the upstream refuses the connection', async () => {
    await world.start({
      baseUrls: {
        'openai-chat': 'http://127.0.0.1:1',
        'anthropic-messages': 'http://127.0.0.1:1',
      },
    });
    const response = await world.post(CHAT);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('UPSTREAM_UNREACHABLE');
  });

  it.each([
    ['locked', 'vault-locked', 503, 'The vault is locked'],
    ['unavailable', 'vault-unavailable', 503, "Can't read the vault"],
    ['without that key', 'upstream-key-missing', 503, 'The vault has no key for that provider'],
  ] as const)('the vault is %s', async (_name, reason, status, words) => {
    await world.start({ upstreamKey: () => failed({ reason }) });
    for (const path of [CHAT, MESSAGES]) {
      const response = await world.post(path);
      expect(response.status).toBe(status);
      expect(response.headers.get('x-should-retry')).toBe('false');
      expect(await response.text()).toContain(words);
    }
    expect(world.upstream.requests).toHaveLength(0);
  });

  it('the vault breaks: one 500, and the next request is served', async () => {
    let isBroken = true;
    await world.start({
      upstreamKey: () => {
        if (isBroken) throw new TypeError('a fault with a secret in its text: sk-canary');
        return failed({ reason: 'upstream-key-missing' });
      },
    });
    const response = await world.post(CHAT);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('canary');
    isBroken = false;
    expect((await world.post(CHAT)).status).toBe(503);
  });

  it("keys can't be checked: nothing is forwarded, and all keys get the same response", async () => {
    const locked = (): ReturnType<KeyAdmission['admit']> => failed({ reason: 'locked' });
    await world.start({
      deps: { keys: { admit: locked, isLive: () => failed({ reason: 'locked' }) } },
    });
    const unknown = mintKey(() => Buffer.alloc(0), { bytes: (count) => Buffer.alloc(count, 7) });
    const told = async (key: string): Promise<string> => {
      const response = await world.post(MESSAGES, {}, { key });
      return `${response.status} ${(await response.text()).replaceAll(/req_\w+/g, '')}`;
    };
    expect(await told(world.running.key)).toMatch(/^503 .*vault is locked/);
    expect(await told(revealSecret(unknown.key))).toBe(await told(world.running.key));
    const wrong = [
      'sk-postern-x',
      `${world.running.key.slice(0, -1)}!`,
      world.running.key.slice(0, -1),
      'x',
    ];
    const answers = await Promise.all(wrong.map(told));
    await world.running.close();
    await world.start();
    expect(answers).toEqual(await Promise.all(wrong.map(told)));
    expect(answers[0]).toMatch(/^401 /);
    expect(world.upstream.requests).toHaveLength(0);
  });

  it('use cannot be recorded: nothing is passed on', async () => {
    await world.start({
      deps: { usage: { record: () => undefined, isFull: () => true, flush: () => ok() } },
    });
    expect((await world.post(MESSAGES)).status).toBe(503);
    expect(world.upstream.requests).toHaveLength(0);
  });
});

describe('in the middle of a stream', () => {
  it('a cut becomes an error event of the dialect, and nothing follows it', async () => {
    await world.start();
    world.upstream.next(textReply('a b c d', { fault: { kind: 'cut', afterFrames: 3 } }));
    const chat = await (await world.post(CHAT, { stream: true })).text();
    expect(chat).toMatch(/\n\ndata: \{"error":\{"message":"[^"]+","type":"server_error",.*\}\n\n$/);
    expect(chat).not.toContain('[DONE]');
    world.upstream.next(textReply('a b c d', { fault: { kind: 'cut', afterFrames: 3 } }));
    const messages = await (await world.post(MESSAGES, { stream: true })).text();
    expect(messages).toMatch(/\n\nevent: error\ndata: \{"type":"error",.*\}\n\n$/);
    expect(messages).not.toContain('message_stop');
  });

  it('a cut within an event, or in a counted body, cuts the client as well', async () => {
    await world.start();
    world.upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/event-stream',
      body: 'data: {"a":1}\n\ndata: {"b"'.repeat(2),
      chunking: { bytes: 4 },
      deltaDelayMs: 10,
      fault: { kind: 'cut' },
    });
    await expect((await world.post(MESSAGES, { stream: true })).text()).rejects.toThrow();
    world.upstream.next(
      textReply('a b c', { fault: { kind: 'cut' }, chunking: { bytes: 50 }, deltaDelayMs: 10 }),
    );
    await expect((await world.post(CHAT)).text()).rejects.toThrow();
  });

  const begun =
    'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","content":[]}}\n\n' +
    'event: content_block_start\ndata: {"type":"content_block_start","index":0,' +
    '"content_block":{"type":"text","text":""}}\n\n' +
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,' +
    '"delta":{"type":"text_delta","text":"a"}}\n\n';
  const ended = (body: string): FakeReply => {
    return { kind: 'raw', status: 200, contentType: 'text/event-stream', body };
  };

  it('an orderly end within an event cuts the client, which gets the part before it', async () => {
    await world.start();
    world.upstream.next(ended(`${begun}event: content_block_delta\ndata: {"type":"con`));
    const response = await world.post(MESSAGES, { stream: true });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('an orderly end before the first text is an error status', async () => {
    await world.start();
    world.upstream.next(ended('event: message_start\ndata: {"type":"mess'));
    const response = await world.post(MESSAGES, { stream: true });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
  });

  it('an end after an event that the dialect does not have becomes an error event', async () => {
    await world.start();
    world.upstream.next(ended(`${begun}event: content_block_delta\ndata: {"type":\n\n`));
    const text = await (await world.post(MESSAGES, { stream: true })).text();
    expect(text).toMatch(/\n\nevent: error\ndata: \{"type":"error",.*\}\n\n$/);
  });

  it.each([
    ['an error event', { kind: 'error-event', afterFrames: 3 } as const],
    ['broken JSON', { kind: 'malformed', afterFrames: 3 } as const],
    ['a missing end', { kind: 'no-done' } as const],
  ])('%s of the upstream goes on as it came', async (_name, fault) => {
    await world.start();
    const direct = textReply('a b c d', { fault });
    world.upstream.next(direct, direct);
    const through = await (await world.post(MESSAGES, { stream: true })).text();
    const body = JSON.stringify((await world.upstream.request(0)).json);
    const straight = await fetch(`${world.upstream.url}/v1/messages`, {
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
