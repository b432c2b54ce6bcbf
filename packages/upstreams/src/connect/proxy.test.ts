import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { Secret } from '@postern/kernel';
import { providerId, secretName, type Provider } from '@postern/protocol';
import { makeCertificateAuthority, startFakeUpstream, type FakeUpstream } from '@postern/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storedKey } from '../credential.ts';
import { createConnections, trustedByTestsOnly, type Connections } from './connections.ts';
import type { ProxyConfig } from './proxy.ts';

const authority = makeCertificateAuthority();
const PASSWORD = 'pass:word-canary-ü';
const KEY = 'sk-key-canary-0123456789';

/** Not loopback by name; the test's proxy leads it to the fake upstream. */
const HOST = 'api.upstream.test';

let upstream: FakeUpstream;
let proxy: TestProxy;
let connections: Connections | undefined;

beforeAll(async () => {
  const tls = authority.issue({ names: [HOST, '127.0.0.1'] });
  upstream = await startFakeUpstream({ tls });
});

beforeEach(async () => {
  upstream.reset();
  proxy = await startProxy(createHttpServer());
});

afterEach(async () => {
  await connections?.close();
  await proxy.close();
});

afterAll(async () => {
  await upstream.close();
});

interface TestProxy {
  readonly url: string;
  /** What was asked of it: method, target and credentials. */
  readonly asked: readonly string[];
  /** Everything that clients sent through the tunnels. */
  readonly tunnelled: () => string;
  close(): Promise<void>;
}

/** A CONNECT proxy (RFC 9110 §9.3.6) that wants `user` and the password, and knows one host. */
async function startProxy(server: Server): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const passed: Buffer[] = [];
  const wanted = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const known = request.headers['proxy-authorization'] === wanted;
    asked.push(`CONNECT ${request.url ?? ''} ${known ? 'known' : 'unknown'}`);
    if (!known) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    if (request.url?.startsWith(`${HOST}:`) !== true) {
      client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const target = connectTcp(Number(new URL(upstream.url).port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.on('data', (bytes: Buffer) => passed.push(bytes));
      client.pipe(target).pipe(client);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  server.on('request', (request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.end();
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    tunnelled: () => Buffer.concat(passed).toString('latin1'),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function through(config: Partial<ProxyConfig>, password?: string): Connections {
  connections = createConnections({
    localHosts: [],
    proxy: { url: proxy.url, noProxy: [], ...config },
    ...(password === undefined ? {} : { proxyPassword: Secret.of(password) }),
    [trustedByTestsOnly]: [authority.certificate],
  });
  return connections;
}

async function models(from: Connections, host = HOST): Promise<unknown> {
  const provider: Provider = {
    id: providerId.from('fake'),
    label: 'Fake',
    dialect: 'openai-chat',
    baseUrl: `https://${host}:${new URL(upstream.url).port}/v1`,
    auth: 'bearer',
    secret: secretName.from('fake'),
    keyForm: undefined,
    models: [],
    keyPage: undefined,
    inProcess: false,
    builtIn: false,
    local: false,
  };
  const request = { provider, method: 'GET', path: '/models', headers: {} } as const;
  const fetched = await from.fetchText({
    ...request,
    body: undefined,
    credential: storedKey({ auth: 'bearer' }, Secret.of(KEY)),
  });
  return fetched.ok ? fetched.value.status : fetched.failure;
}

const overTls = (): string => `https://localhost:${new URL(proxy.url).port}`;
const target = (): string => `${HOST}:${new URL(upstream.url).port}`;

describe('the proxy of the configuration', () => {
  it('carries requests in a tunnel, and sees neither key nor path', async () => {
    const from = through({ username: 'user', passwordSecret: 'proxy' }, PASSWORD);
    expect(await models(from)).toBe(200);
    // A connection is free again one turn of the event loop after the answer.
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await models(from)).toBe(200);
    expect(proxy.asked).toEqual([`CONNECT ${target()} known`]);
    expect(proxy.tunnelled().length).toBeGreaterThan(0);
    expect(proxy.tunnelled()).not.toMatch(/canary|models/);
    const sent = upstream.requests.map(({ rawHeaders }) => rawHeaders.join());
    expect(sent.join()).not.toMatch(/proxy/i);
  });

  it('reports a wrong password, and sends nothing past the proxy', async () => {
    const from = through({ username: 'user', passwordSecret: 'proxy' }, 'wrong');
    expect(await models(from)).toEqual({ reason: 'proxy-failed', status: 407 });
    expect(upstream.requests).toEqual([]);
  });

  it('the password can come later, when the vault is open', async () => {
    const from = through({ username: 'user', passwordSecret: 'proxy' });
    expect(await models(from)).toEqual({ reason: 'proxy-password-missing' });
    expect(proxy.asked).toEqual([]);
    from.useProxyPassword(Secret.of(PASSWORD));
    expect(await models(from)).toBe(200);
    upstream.next({ kind: 'echo', headDelayMs: 60_000 });
    const running = models(from);
    await upstream.request(1);
    from.useProxyPassword(undefined);
    expect(await models(from)).toEqual({ reason: 'proxy-password-missing' });
    expect(await running).toEqual({ reason: 'cancelled' });
  });

  it.each([
    ['a host that it cannot reach', {}, 'elsewhere.test', { reason: 'proxy-failed', status: 502 }],
    [
      'a proxy that is not there',
      { url: 'http://127.0.0.1:1' },
      HOST,
      { reason: 'proxy-failed', status: undefined },
    ],
    [
      'a scheme that is none of a proxy',
      { url: 'socks5://127.0.0.1:1' },
      HOST,
      { reason: 'proxy-invalid' },
    ],
    [
      'credentials in the address',
      { url: 'http://user:x@127.0.0.1:1' },
      HOST,
      { reason: 'proxy-invalid' },
    ],
  ])('%s is a failure', async (_, config, host, failure) => {
    const from = through({ username: 'user', passwordSecret: 'proxy', ...config }, PASSWORD);
    expect(await models(from, host)).toEqual(failure);
    expect(upstream.requests).toEqual([]);
  });

  it('a proxy that never answers is not waited for longer than a connection', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    connections = createConnections({
      localHosts: [],
      proxy: { url: `http://127.0.0.1:${port}`, noProxy: [] },
      connectTimeoutMs: 50,
    });
    expect(await models(connections)).toEqual({ reason: 'timeout', waitingFor: 'connection' });
    silent.close();
  });

  it('certificates are checked through the tunnel too', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    connections = createConnections({
      localHosts: [],
      proxy: { url: proxy.url, noProxy: [], username: 'user' },
      proxyPassword: Secret.of(PASSWORD),
    });
    expect(await models(connections)).toEqual({ reason: 'certificate', why: 'untrusted' });
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    expect(upstream.requests).toEqual([]);
  });

  it('loopback and the hosts of noProxy are reached directly', async () => {
    const from = through({ username: 'user', noProxy: ['.invalid'] }, PASSWORD);
    expect(await models(from, '127.0.0.1')).toBe(200);
    expect(await models(from, 'a.invalid')).toEqual({
      reason: 'unreachable',
      why: 'name-unknown',
    });
    expect(proxy.asked).toEqual([]);
  });

  it('may itself speak TLS, and then its certificate is checked', async () => {
    await proxy.close();
    proxy = await startProxy(createHttpsServer(authority.issue({ names: ['localhost'] })));
    const good = through({ url: overTls(), username: 'user' }, PASSWORD);
    expect(await models(good)).toBe(200);
    await good.close();
    await proxy.close();
    proxy = await startProxy(createHttpsServer(authority.issue({ names: ['other.test'] })));
    const bad = through({ url: overTls(), username: 'user' }, PASSWORD);
    expect(await models(bad)).toEqual({ reason: 'certificate', why: 'wrong-host' });
    expect(proxy.asked).toEqual([]);
  });

  it('is not taken from the environment', async () => {
    const names = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'HTTP_PROXY', 'http_proxy'];
    for (const name of names) process.env[name] = proxy.url;
    process.env['NODE_USE_ENV_PROXY'] = '1';
    connections = createConnections({ localHosts: [] });
    expect(await models(connections, 'a.invalid')).toEqual({
      reason: 'unreachable',
      why: 'name-unknown',
    });
    for (const name of [...names, 'NODE_USE_ENV_PROXY']) Reflect.deleteProperty(process.env, name);
    expect(proxy.asked).toEqual([]);
  });
});
