import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { makeCertificateAuthority } from '@postern/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { composeInDirectory } from '../testing/compose-in-directory.ts';
import { listenerTls } from '../testing/listener-tls.ts';
import { noProgram } from '../testing/no-program.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { trustedProxies } from './client-address.ts';
import { gatewayOf } from './gateway-of.ts';
import { loopbackListener, type Listener } from './listener.ts';
import { openListener, type OpenListener } from './open-listener.ts';
import { routersOf, signInsOf } from './serve.ts';

const OWN: Listener = loopbackListener(0);
/** A gateway without the page, under a name of its own and for one page of another site. */
const GATEWAY_ONLY: Listener = {
  ...OWN,
  hosts: ['gateway.example'],
  pageHost: 'gateway.example',
  gatewayHost: 'gateway.example',
  origins: ['https://chat.example'],
  serves: new Set(['gateway']),
};

const AUTHORITY = makeCertificateAuthority();
const WITH_TLS: Listener = {
  ...GATEWAY_ONLY,
  tls: listenerTls(AUTHORITY.issue({ names: ['gateway.example'] })),
};

const BEHIND_PROXY: Listener = {
  ...GATEWAY_ONLY,
  proxies: trustedProxies({
    trustedProxies: ['127.0.0.1'],
    forwardedHeader: 'x-forwarded-for',
  }),
};

let own: OpenListener;
let gatewayOnly: OpenListener;
let withTls: OpenListener;
let behindProxy: OpenListener;

beforeEach(async () => {
  const pageDirectory = scratchDirectory();
  writeFileSync(join(pageDirectory, 'index.html'), '<title>Postern</title>');
  const postern = await composeInDirectory(scratchDirectory());
  const { clock, log } = postern;
  const onFault = (fault: unknown): void => {
    throw fault;
  };
  const routers = routersOf(
    { postern, version: '1.2.3', program: noProgram, pageDirectory, onFault },
    gatewayOf(postern, systemRandomness),
    signInsOf({ postern, randomness: systemRandomness }),
  );
  const open = async (listener: Listener): Promise<OpenListener> =>
    expectOk(await openListener({ listener, routers, clock, log }));
  own = await open(OWN);
  gatewayOnly = await open(GATEWAY_ONLY);
  withTls = await open(WITH_TLS);
  behindProxy = await open(BEHIND_PROXY);
  return async () => {
    await Promise.all([own, gatewayOnly, withTls, behindProxy].map((opened) => opened.close(0)));
    await postern.close();
  };
});

/** The status of a request; `name` and the port are its `Host`. */
async function ask(
  { place }: OpenListener,
  name: string,
  path: string,
  origin?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const { port } = new URL(place.gatewayUrl);
  const headers = { host: `${name}:${port}`, ...(origin === undefined ? {} : { origin }), ...more };
  return await new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject).end();
  });
}

describe('two listeners of one process', () => {
  it('each answer under their own hosts only', async () => {
    expect(await ask(own, 'localhost', '/v1/models')).toBe(401);
    expect(await ask(own, 'gateway.example', '/v1/models')).toBe(403);
    expect(await ask(own, 'gateway.example', '/')).toBe(403);
    expect(await ask(gatewayOnly, 'gateway.example', '/v1/models')).toBe(401);
    expect(await ask(gatewayOnly, 'localhost', '/v1/models')).toBe(403);
    expect(await ask(gatewayOnly, '127.0.0.1', '/v1/models')).toBe(403);
  });

  it('each answer only in the areas that they serve', async () => {
    expect(await ask(own, 'localhost', '/')).toBe(200);
    expect(await ask(own, 'localhost', '/api/state')).toBe(401);
    expect(await ask(gatewayOnly, 'gateway.example', '/')).toBe(404);
    expect(await ask(gatewayOnly, 'gateway.example', '/index.html')).toBe(404);
    expect(await ask(gatewayOnly, 'gateway.example', '/api/state')).toBe(404);
    expect(await ask(gatewayOnly, 'localhost', '/api/state')).toBe(404);
    expect(await ask(gatewayOnly, 'gateway.example', '*')).toBe(400);
  });

  it('each allow their own origins only', async () => {
    expect(await ask(own, 'localhost', '/v1/models', own.place.pageOrigin)).toBe(401);
    expect(await ask(own, 'localhost', '/v1/models', 'https://chat.example')).toBe(403);
    expect(await ask(gatewayOnly, 'gateway.example', '/v1/models', 'https://chat.example')).toBe(
      401,
    );
    for (const origin of [own.place.pageOrigin, gatewayOnly.place.pageOrigin]) {
      expect(await ask(gatewayOnly, 'gateway.example', '/v1/models', origin)).toBe(403);
    }
  });
});

/** The status of a request over TLS, by a client that trusts only this authority. */
async function askOverTls({ place }: OpenListener, authority: string): Promise<number | undefined> {
  const { port } = new URL(place.gatewayUrl);
  const options = {
    ...{ host: '127.0.0.1', port, path: '/v1/models', agent: false },
    ...{ servername: 'gateway.example', headers: { host: `gateway.example:${port}` } },
    ca: authority,
  };
  return await new Promise((resolve, reject) => {
    const asked = requestTls(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject).end();
  });
}

describe('a listener with TLS', () => {
  it('answers under its certificate', async () => {
    expect(withTls.place.gatewayUrl).toMatch(/^https:\/\/gateway\.example:\d+$/);
    expect(await askOverTls(withTls, AUTHORITY.certificate)).toBe(401);
    const another = makeCertificateAuthority().certificate;
    await expect(askOverTls(withTls, another)).rejects.toThrow(/certificate/);
  });

  it("doesn't answer without TLS", async () => {
    await expect(ask(withTls, 'gateway.example', '/v1/models')).rejects.toThrow(/hang up|ECONN/);
  });
});

describe('a listener behind a proxy', () => {
  it('refuses what reached the proxy without TLS', async () => {
    const came = (proto: string, to = behindProxy) =>
      ask(to, 'gateway.example', '/v1/models', undefined, { 'x-forwarded-proto': proto });
    expect(await came('https')).toBe(401);
    expect(await came('http')).toBe(403);
    expect(await came('http', gatewayOnly)).toBe(401);
  });
});
