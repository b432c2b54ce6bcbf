import { expectOk, Secret } from '@postern/kernel';
import { ATTRIBUTION_HEADERS, type AttributionHeader } from '@postern/protocol';
import { textReply, type FakeReply } from '@postern/testing';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { storedKey } from '../credential.ts';
import { BUILT_IN_PROVIDERS } from '../providers/built-in-providers.ts';
import { exchangeWorld, KEY, KEY_TEXT } from '../testing/exchange-world.ts';
import { describeUpstreamFailure, type UpstreamFailure } from '../upstream-failure.ts';
import type { ExchangeRequest } from './exchange.ts';

const DEMO_ADDRESS = BUILT_IN_PROVIDERS.find(({ inProcess }) => inProcess)?.baseUrl ?? '';
const world = exchangeWorld();

function without(calls: readonly string[], call: string): readonly string[] {
  return calls.filter((one) => one !== call);
}

describe('an exchange', () => {
  it('hands over head, chunks and end, and sends nothing but what was asked', async () => {
    const { calls } = world.run(world.request());
    expect(without(await calls, 'chunk')).toEqual(['head 200', 'end']);
    const sent = await world.upstream.request(0);
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

  it.each<readonly [string, readonly AttributionHeader[] | undefined, readonly string[]]>([
    ['none by default', undefined, []],
    [
      'only those that the provider is to get',
      ['x-title', 'traceparent'],
      ['traceparent', 'x-title'],
    ],
    ['all four, if it is to get them', ATTRIBUTION_HEADERS, [...ATTRIBUTION_HEADERS].sort()],
  ])('sends attribution headers on: %s', async (_, forwardHeaders, expected) => {
    const headers = {
      ...{ 'http-referer': 'https://app.example', 'x-title': 'App', traceparent: '00-a-b-01' },
      ...{ tracestate: 'a=b', baggage: 'user=me', 'x-forwarded-for': '10.0.0.1', cookie: 'a=b' },
    };
    const provider = world.provider(forwardHeaders === undefined ? {} : { forwardHeaders });
    const { calls } = world.run(world.request({ headers, provider }));
    expect((await calls).at(-1)).toBe('end');
    const names = Object.keys((await world.upstream.request(0)).headers);
    expect(names.filter((name) => name in headers).sort()).toEqual(expected);
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
    const { calls } = world.run(world.request({ headers }));
    expect((await calls).at(-1)).toBe('end');
    const sent = await world.upstream.request(0);
    expect(sent.violations).toEqual([]);
    expect(sent.headers['x-beta']).toBe('one, two,three');
    expect(sent.headers.authorization).toBe(`Bearer ${KEY_TEXT}`);
    expect(JSON.stringify(sent.rawHeaders)).not.toMatch(/elsewhere|somebody|gzip|sk-postern/);
  });

  it('keeps one connection for requests one after another', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await world.run(world.request()).calls).at(-1)).toBe('end');
    }
    const used = new Set(world.upstream.requests.map(({ connection }) => connection));
    expect(used.size).toBe(1);
  });

  it('passes statuses on as they are, with their bodies', async () => {
    world.upstream.next({ kind: 'error', status: 529, message: 'Overloaded' });
    const fetched = expectOk(await world.connections.fetchText(world.request()));
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
    [
      'a status that HTTP does not have',
      { kind: 'raw', status: 600, contentType: 'text/plain', body: '' },
      {},
      ['failure malformed'],
    ],
  ];

  it.each(rows)('%s', async (_, reply, changes, expected) => {
    world.upstream.respond(() => reply);
    const { calls } = world.run(world.request(changes));
    expect(without(await calls, 'chunk')).toEqual(expected);
    expect(world.upstream.requests).toHaveLength(1);
  });

  it('a kept connection that dies under a request is not asked again', async () => {
    world.upstream.next({ kind: 'echo' }, { kind: 'hang-up' });
    expect((await world.run(world.request()).calls).at(-1)).toBe('end');
    expect(await world.run(world.request()).calls).toEqual(['failure unreachable closed']);
    expect(world.upstream.requests.map(({ connection }) => connection)).toHaveLength(2);
    expect(world.upstream.requests[1]?.connection).toBe(world.upstream.requests[0]?.connection);
  });

  it('the connection is refused, or the name is unknown', async () => {
    const refused = world.provider({ baseUrl: 'http://127.0.0.1:1' });
    expect(await world.run(world.request({ provider: refused })).calls).toEqual([
      'failure unreachable refused',
    ]);
    const nameless = world.provider({ baseUrl: 'https://no-such-host.invalid' });
    expect(await world.run(world.request({ provider: nameless })).calls).toEqual([
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
    ['the address of the demo', { baseUrl: DEMO_ADDRESS }, KEY, 'address-invalid'],
  ])('%s never reaches the network', async (_, changes, key, reason) => {
    const provider = world.provider(changes);
    const credential = key && storedKey(provider, key);
    const request = { ...world.request({ provider }), credential };
    expect(await world.run(request).calls).toEqual([`failure ${reason}`]);
    expect(world.upstream.requests).toHaveLength(0);
  });

  it('a whole answer over the cap is not read to its end', async () => {
    world.upstream.next({
      kind: 'raw',
      status: 200,
      contentType: 'text/plain',
      body: 'x'.repeat(5_000_000),
    });
    const fetched = await world.connections.fetchText(world.request(), 1_000_000);
    expect(fetched).toEqual({ ok: false, failure: { reason: 'too-large', maxBytes: 1_000_000 } });
    expect(await (await world.upstream.request(0)).closed).toBe('left');
  });

  it('what is not HTTP is malformed', async () => {
    const server = createServer((socket) => socket.end('220 mail.example ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const mail = world.provider({ baseUrl: `http://127.0.0.1:${String(port)}` });
    expect(await world.run(world.request({ provider: mail })).calls).toEqual(['failure malformed']);
    server.close();
  });

  it('a fault of a sink is not swallowed', async () => {
    const faults: unknown[] = [];
    const keep = (fault: unknown): void => void faults.push(fault);
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', keep);
    const { calls } = world.run(world.request(), () => {
      throw new TypeError('broken sink');
    });
    expect((await calls).at(-1)).toBe('failure cancelled');
    process.removeListener('uncaughtException', keep);
    for (const listener of before) process.on('uncaughtException', listener);
    expect(faults.map(String)).toEqual(['TypeError: broken sink']);
  });
});

describe('what a failure says', () => {
  it('holds neither the key nor the prompt nor the address', async () => {
    const failures: UpstreamFailure[] = [];
    const collect = async (request: ExchangeRequest): Promise<void> => {
      const fetched = await world.connections.fetchText(request);
      if (!fetched.ok) failures.push(fetched.failure);
    };
    world.upstream.next({ kind: 'hang-up' }, textReply('a b c', { fault: { kind: 'cut' } }));
    await collect(world.request());
    await collect(world.request());
    await collect(
      world.request({ provider: world.provider({ baseUrl: 'https://127.0.0.1:1/secret-canary' }) }),
    );
    const planToken = Secret.of('sk-ant-oat01-canary');
    await collect(world.request({ credential: storedKey({ auth: 'bearer' }, planToken) }));
    expect(failures).toHaveLength(4);
    for (const failure of failures) {
      const said = JSON.stringify([failure, describeUpstreamFailure(failure)]);
      expect(said).not.toMatch(/canary|127\.0\.0\.1/);
      expect(Object.keys(failure)).not.toContain('cause');
    }
  });
});
