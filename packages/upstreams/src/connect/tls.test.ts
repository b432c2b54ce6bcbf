import { once } from 'node:events';
import { createServer } from 'node:net';
import { connect } from 'node:tls';
import { Secret } from '@postern/kernel';
import { providerId, secretName, type Provider } from '@postern/protocol';
import {
  makeCertificateAuthority,
  makeSelfSignedCertificate,
  startFakeUpstream,
  type FakeUpstream,
  type MadeCertificate,
} from '@postern/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedKey } from '../credential.ts';
import { createConnections, trustedByTestsOnly, type Connections } from './connections.ts';

const authority = makeCertificateAuthority();
const DAY_MS = 86_400_000;
const HERE = { names: ['localhost', '127.0.0.1'] };

let connections: Connections;
let upstream: FakeUpstream | undefined;

beforeEach(() => {
  connections = createConnections({
    localHosts: [],
    [trustedByTestsOnly]: [authority.certificate],
  });
});

afterEach(async () => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  await connections.close();
  await upstream?.close();
});

function providerAt(baseUrl: string): Provider {
  return {
    id: providerId.from('fake'),
    label: 'Fake',
    dialect: 'openai-chat',
    baseUrl,
    auth: 'bearer',
    secret: secretName.from('fake'),
    keyForm: undefined,
    models: [],
    keyPage: undefined,
    inProcess: false,
    builtIn: false,
    local: true,
  };
}

async function models(baseUrl: string, from: Connections = connections): Promise<unknown> {
  const fetched = await from.fetchText({
    provider: providerAt(baseUrl),
    method: 'GET',
    path: '/models',
    headers: {},
    body: undefined,
    credential: storedKey({ auth: 'bearer' }, Secret.of('sk-0123456789')),
  });
  return fetched.ok ? fetched.value.status : fetched.failure;
}

async function serve(tls: MadeCertificate): Promise<string> {
  upstream = await startFakeUpstream({ tls });
  return `https://localhost:${new URL(upstream.url).port}/v1`;
}

const bad: readonly (readonly [string, () => MadeCertificate, string])[] = [
  ['of another host', () => authority.issue({ names: ['example.com'] }), 'wrong-host'],
  [
    'expired',
    () =>
      authority.issue({
        ...HERE,
        notBefore: new Date(Date.now() - 2 * DAY_MS),
        notAfter: new Date(Date.now() - DAY_MS),
      }),
    'expired',
  ],
  [
    'not yet valid',
    () =>
      authority.issue({
        ...HERE,
        notBefore: new Date(Date.now() + DAY_MS),
        notAfter: new Date(Date.now() + 2 * DAY_MS),
      }),
    'not-yet-valid',
  ],
  ['self-signed', () => makeSelfSignedCertificate(HERE), 'untrusted'],
  ['of a stranger', () => makeCertificateAuthority().issue(HERE), 'untrusted'],
];

describe('certificates', () => {
  it('a good one is taken, by name and by address', async () => {
    const url = await serve(authority.issue(HERE));
    expect(await models(url)).toBe(200);
    expect(await models(url.replace('localhost', '127.0.0.1'))).toBe(200);
  });

  it.each(bad)('one %s is refused, and nothing was sent', async (_, make, why) => {
    const url = await serve(make());
    expect(await models(url)).toEqual({ reason: 'certificate', why });
    expect(upstream?.requests).toEqual([]);
  });

  it.each(bad)('one %s is refused though the environment allows it', async (_, make, why) => {
    const url = await serve(make());
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    expect(await connectsByDefault(url)).toBe(true);
    expect(await models(url)).toEqual({ reason: 'certificate', why });
    expect(upstream?.requests).toEqual([]);
  });

  it('the authority of the tests is trusted by tests only', async () => {
    const url = await serve(authority.issue(HERE));
    const strict = createConnections({ localHosts: ['localhost'] });
    expect(await models(url, strict)).toEqual({ reason: 'certificate', why: 'untrusted' });
    await strict.close();
  });

  it('a server that never greets is not waited for', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const hasty = createConnections({ localHosts: [], connectTimeoutMs: 50 });
    expect(await models(`https://127.0.0.1:${port}`, hasty)).toEqual({
      reason: 'timeout',
      waitingFor: 'connection',
    });
    await hasty.close();
    silent.close();
  });

  it('TLS to a port that speaks plain HTTP never falls back', async () => {
    upstream = await startFakeUpstream();
    const url = upstream.url.replace('http:', 'https:');
    expect(await models(url)).toEqual({ reason: 'unreachable', why: 'tls' });
    expect(upstream.requests).toEqual([]);
  });
});

/** Whether Node's own defaults take the certificate: shows that the environment does its worst. */
async function connectsByDefault(url: string): Promise<boolean> {
  const socket = connect({ host: 'localhost', port: Number(new URL(url).port) });
  try {
    await once(socket, 'secureConnect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
