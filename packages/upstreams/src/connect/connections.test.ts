import { createServer } from 'node:net';
import { expectOk, Secret } from '@postern/kernel';
import { providerId, secretName, type Provider } from '@postern/protocol';
import { startFakeUpstream, textReply, type FakeReply, type FakeUpstream } from '@postern/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeUpstreamFailure, type UpstreamFailure } from '../upstream-failure.ts';
import { createConnections, type Connections } from './connections.ts';
import type { Exchange, ExchangeRequest } from './exchange.ts';

const KEY_TEXT = 'sk-test-canary-0123456789abcdef';
const KEY = Secret.of(KEY_TEXT);

let upstream: FakeUpstream;
let connections: Connections;

beforeAll(async () => {
  upstream = await startFakeUpstream({
    headers: { 'openai-chat': { keys: [KEY_TEXT], anonymous: true } },
  });
});

beforeEach(() => {
  upstream.reset();
  connections = createConnections({ localHosts: [] });
});

afterEach(async () => {
  await connections.close();
});

afterAll(async () => {
  await upstream.close();
});

function provider(changes: Partial<Provider> = {}): Provider {
  return {
    id: providerId.from('fake'),
    label: 'Fake',
    dialect: 'openai-chat',
    baseUrl: upstream.baseUrls['openai-chat'],
    auth: 'bearer',
    secret: secretName.from('fake'),
    keyForm: undefined,
    models: [],
    keyPage: undefined,
    demo: false,
    builtIn: false,
    local: true,
    ...changes,
  };
}

function ask(changes: Partial<ExchangeRequest> = {}): ExchangeRequest {
  return {
    provider: provider(),
    method: 'POST',
    path: '/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'prompt-canary' }],
    }),
    key: KEY,
    ...changes,
  };
}

/** Runs one exchange to its end and keeps what the sink heard, in order. */
function run(
  request: ExchangeRequest,
  onChunk?: (exchange: Exchange, text: string) => void,
): { readonly exchange: Exchange; readonly heard: Promise<readonly string[]> } {
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  let last: Promise<void> | undefined;
  // Whatever comes after the last call would show up in the list.
  const finish = (entry: string): void => {
    heard.push(entry);
    last ??= new Promise((settle) => setTimeout(settle, 20)).then(() => {
      resolve(heard);
    });
  };
  const exchange = connections.exchange(request, {
    onHead: (status) => heard.push(`head ${status}`),
    onChunk: (chunk) => {
      heard.push('chunk');
      onChunk?.(exchange, chunk.toString('utf8'));
    },
    onEnd: () => {
      finish('end');
    },
    onFailure: (failure) => {
      finish(`failure ${failureName(failure)}`);
    },
  });
  return { exchange, heard: promise };
}

function failureName(failure: UpstreamFailure): string {
  if (failure.reason === 'timeout') return `timeout ${failure.waitingFor}`;
  if (failure.reason === 'unreachable') return `unreachable ${failure.why}`;
  return failure.reason;
}

function without(heard: readonly string[], entry: string): readonly string[] {
  return heard.filter((one) => one !== entry);
}

describe('an exchange', () => {
  it('hands over head, chunks and end, and sends nothing but what was asked', async () => {
    const { heard } = run(ask());
    expect(without(await heard, 'chunk')).toEqual(['head 200', 'end']);
    const sent = await upstream.request(0);
    expect(sent.violations).toEqual([]);
    expect(sent.rawHeaders.filter((_, index) => index % 2 === 0).sort()).toEqual([
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
    expect(sent.headers['user-agent']).toBe('postern');
  });

  it('leaves out what must not be sent on, and keeps repeated headers apart', async () => {
    const headers = {
      'content-type': 'application/json',
      'x-beta': ['one', 'two,three'],
      Authorization: 'Bearer sk-postern-of-the-client',
      'x-api-key': 'sk-postern-of-the-client',
      cookie: 'a=b',
      'x-forwarded-for': '10.0.0.1',
      forwarded: 'for=10.0.0.1',
      'x-stainless-os': 'Linux',
      'accept-encoding': 'gzip',
      'proxy-authorization': 'Basic x',
      te: 'trailers',
      host: 'elsewhere.example',
      'user-agent': 'somebody/1.0',
    };
    const { heard } = run(ask({ headers }));
    expect((await heard).at(-1)).toBe('end');
    const sent = await upstream.request(0);
    expect(sent.violations).toEqual([]);
    expect(sent.headers['x-beta']).toBe('one, two,three');
    expect(sent.headers.authorization).toBe(`Bearer ${KEY_TEXT}`);
    expect(JSON.stringify(sent.rawHeaders)).not.toMatch(/elsewhere|somebody|gzip|sk-postern/);
  });

  it('keeps one connection for requests one after another', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await run(ask()).heard).at(-1)).toBe('end');
    }
    const used = new Set(upstream.requests.map(({ connection }) => connection));
    expect(used.size).toBe(1);
  });

  it('passes statuses on as they are, with their bodies', async () => {
    upstream.next({ kind: 'error', status: 529, message: 'Overloaded' });
    const fetched = expectOk(await connections.fetchText(ask()));
    expect(fetched.status).toBe(529);
    expect(fetched.text).toContain('Overloaded');
  });
});

describe('failures', () => {
  const slow = textReply('a b c d e f g h', { deltaDelayMs: 5 });
  const rows: readonly (readonly [string, FakeReply, Partial<ExchangeRequest>, string[]])[] = [
    ['a cut', { ...slow, fault: { kind: 'cut' } }, {}, ['head 200', 'failure cut']],
    ['a hang-up', { kind: 'hang-up' }, {}, ['failure unreachable closed']],
    [
      'silence before the head',
      { ...slow, headDelayMs: 60_000 },
      { headersTimeoutMs: 50 },
      ['failure timeout head'],
    ],
    [
      'silence in the body',
      { ...slow, fault: { kind: 'stall' } },
      { idleTimeoutMs: 50 },
      ['head 200', 'failure timeout body'],
    ],
    [
      'a redirect',
      {
        kind: 'raw',
        status: 307,
        contentType: 'text/plain',
        body: '',
        headers: { location: 'http://127.0.0.1:1/' },
      },
      {},
      ['failure redirected'],
    ],
  ];

  it.each(rows)('%s', async (_, reply, changes, expected) => {
    upstream.respond(() => reply);
    const { heard } = run(ask(changes));
    expect(without(await heard, 'chunk')).toEqual(expected);
    expect(upstream.requests).toHaveLength(1);
  });

  it('a kept connection that dies under a request is not asked again', async () => {
    upstream.next({ kind: 'echo' }, { kind: 'hang-up' });
    expect((await run(ask()).heard).at(-1)).toBe('end');
    expect(await run(ask()).heard).toEqual(['failure unreachable closed']);
    expect(upstream.requests.map(({ connection }) => connection)).toHaveLength(2);
    expect(upstream.requests[1]?.connection).toBe(upstream.requests[0]?.connection);
  });

  it('nobody listens, or the name is unknown', async () => {
    const refused = provider({ baseUrl: 'http://127.0.0.1:1' });
    expect(await run(ask({ provider: refused })).heard).toEqual(['failure unreachable refused']);
    const nameless = provider({ baseUrl: 'https://no-such-host.invalid' });
    expect(await run(ask({ provider: nameless })).heard).toEqual([
      'failure unreachable name-unknown',
    ]);
  });

  it.each([
    ['plain HTTP elsewhere', { baseUrl: 'http://example.com/v1' }, KEY, 'address-insecure'],
    ['another scheme', { baseUrl: 'ftp://127.0.0.1/' }, KEY, 'address-invalid'],
    ['no key', {}, undefined, 'key-missing'],
    ['a plan token', {}, Secret.of('sk-ant-oat01-canary-canary-canary'), 'plan-token'],
    ['a refresh token', {}, Secret.of('sk-ant-ort01-canary-canary-canary'), 'plan-token'],
    ['a key with a line end', {}, Secret.of('sk-canary\r\nx: y'), 'key-unsendable'],
    ['the demo', { demo: true }, KEY, 'demo-has-no-wire'],
  ])('%s never reaches the network', async (_, changes, key, reason) => {
    const request = { ...ask({ provider: provider(changes) }), key };
    expect(await run(request).heard).toEqual([`failure ${reason}`]);
    expect(upstream.requests).toHaveLength(0);
  });

  it('a whole answer over the cap is not read to its end', async () => {
    upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/plain',
      body: 'x'.repeat(5_000_000),
    });
    const fetched = await connections.fetchText(ask(), 1_000_000);
    expect(fetched).toEqual({ ok: false, failure: { reason: 'too-large', maxBytes: 1_000_000 } });
    expect(await (await upstream.request(0)).closed).toBe('left');
  });

  it('what is not HTTP is malformed', async () => {
    const server = createServer((socket) => socket.end('220 mail.example ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const mail = provider({ baseUrl: `http://127.0.0.1:${String(port)}` });
    expect(await run(ask({ provider: mail })).heard).toEqual(['failure malformed']);
    server.close();
  });

  it('a fault of a sink is not swallowed', async () => {
    const faults: unknown[] = [];
    const keep = (fault: unknown): void => void faults.push(fault);
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', keep);
    const { heard } = run(ask(), () => {
      throw new TypeError('broken sink');
    });
    expect((await heard).at(-1)).toBe('failure cancelled');
    process.removeListener('uncaughtException', keep);
    for (const listener of before) process.on('uncaughtException', listener);
    expect(faults.map(String)).toEqual(['TypeError: broken sink']);
  });
});

describe('cancelling', () => {
  const endless = textReply('word '.repeat(10_000), { deltaDelayMs: 2 });

  it('closes the connection to the upstream, which sees it', async () => {
    upstream.next(endless);
    const { heard } = run(ask(), (exchange) => {
      exchange.cancel();
    });
    expect(await heard).toEqual(['head 200', 'chunk', 'failure cancelled']);
    expect(await (await upstream.request(0)).closed).toBe('left');
  });

  it('works by a signal, before the head too', async () => {
    upstream.next({ ...endless, headDelayMs: 60_000 });
    const stop = new AbortController();
    const { heard } = run(ask({ signal: stop.signal }));
    const request = await upstream.request(0);
    stop.abort();
    expect(await heard).toEqual(['failure cancelled']);
    expect(await request.closed).toBe('left');
  });

  it('by a signal given already sends nothing', async () => {
    const { heard } = run(ask({ signal: AbortSignal.abort() }));
    expect(await heard).toEqual(['failure cancelled']);
    expect(upstream.requests).toHaveLength(0);
  });

  it('before the connection stands sends nothing', async () => {
    const { exchange, heard } = run(ask());
    exchange.cancel();
    expect(await heard).toEqual(['failure cancelled']);
    expect(upstream.requests).toHaveLength(0);
  });

  it('after the end changes nothing', async () => {
    const { exchange, heard } = run(ask());
    expect((await heard).at(-1)).toBe('end');
    exchange.cancel();
    expect((await heard).at(-1)).toBe('end');
    expect((await run(ask()).heard).at(-1)).toBe('end');
    expect(new Set(upstream.requests.map(({ connection }) => connection)).size).toBe(1);
  });

  it('close() cancels what is under way and what comes later', async () => {
    upstream.next(endless);
    const { promise: begun, resolve } = Promise.withResolvers<undefined>();
    const { heard } = run(ask(), () => {
      resolve(undefined);
    });
    await begun;
    await connections.close();
    expect((await heard).at(-1)).toBe('failure cancelled');
    expect(await run(ask()).heard).toEqual(['failure cancelled']);
  });
});

describe('backpressure', () => {
  it(
    'a paused exchange holds the upstream back, and loses nothing',
    { timeout: 30_000 },
    async () => {
      const size = 24 * 1024 * 1024;
      upstream.next({
        kind: 'raw',
        status: 200,
        contentType: 'text/plain',
        body: 'x'.repeat(size),
        chunking: { bytes: 64 * 1024 },
      });
      let received = 0;
      let afterPause = 0;
      const { promise: paused, resolve } = Promise.withResolvers<undefined>();
      const { exchange, heard } = run(ask({ idleTimeoutMs: 100 }), (running, text) => {
        received += text.length;
        if (afterPause === 0) running.pause();
        afterPause += 1;
        resolve(undefined);
      });
      await paused;
      const request = await upstream.request(0);
      const progress = await settled(() => request.sentBytes);
      expect(afterPause).toBe(1);
      expect(progress).toBeLessThan(size);
      exchange.resume();
      expect((await heard).at(-1)).toBe('end');
      expect(received).toBe(size);
    },
  );
});

/** A number once it has stayed the same for a while, longer than the idle timeout of the test. */
async function settled(read: () => number): Promise<number> {
  for (let before = -1; ;) {
    const now = read();
    if (now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

describe('what a failure says', () => {
  it('holds neither the key nor the prompt nor the address', async () => {
    const failures: UpstreamFailure[] = [];
    const collect = async (request: ExchangeRequest): Promise<void> => {
      const fetched = await connections.fetchText(request);
      if (!fetched.ok) failures.push(fetched.failure);
    };
    upstream.next({ kind: 'hang-up' }, textReply('a b c', { fault: { kind: 'cut' } }));
    await collect(ask());
    await collect(ask());
    await collect(ask({ provider: provider({ baseUrl: 'https://127.0.0.1:1/secret-canary' }) }));
    await collect({ ...ask(), key: Secret.of('sk-ant-oat01-canary') });
    expect(failures).toHaveLength(4);
    for (const failure of failures) {
      const said = JSON.stringify([failure, describeUpstreamFailure(failure)]);
      expect(said).not.toMatch(/canary|127\.0\.0\.1/);
      expect(Object.keys(failure)).not.toContain('cause');
    }
  });
});
