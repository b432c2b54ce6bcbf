import { createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:tls';
import { failed, ok, type Result } from '@postern/kernel';
import { providerId, secretName, type Provider } from '@postern/protocol';
import {
  makeCertificateAuthority,
  startFakeUpstream,
  type MadeCertificate,
} from '@postern/testing';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { createConnections, trustedByTestsOnly, type Connections } from './connections.ts';
import { pinOf } from './pins.ts';

const authority = makeCertificateAuthority();
const other = makeCertificateAuthority();
const HERE = { names: ['localhost'] };
const BACKUP = `sha256/${'A'.repeat(43)}=`;

let connections: Connections | undefined;

afterEach(async () => {
  await connections?.close();
});

const FILES: Readonly<Record<string, string>> = {
  '/own.pem': authority.certificate,
  '/other.pem': other.certificate,
};

function readAuthority(path: string): Result<string, string> {
  const text = FILES[path];
  return text === undefined ? failed(`${path} cannot be read (ENOENT)`) : ok(text);
}

/** The status of the list of models, or the failure. */
async function models(
  baseUrl: string,
  tls?: Provider['tls'],
  trusted = authority,
): Promise<unknown> {
  connections ??= createConnections({
    localHosts: [],
    readAuthority,
    [trustedByTestsOnly]: [trusted.certificate],
  });
  const fetched = await connections.fetchText({
    provider: providerAt(baseUrl, tls),
    ...{ method: 'GET', path: '/models', headers: {}, body: undefined, credential: undefined },
  });
  return fetched.ok ? fetched.value.status : fetched.failure;
}

function providerAt(baseUrl: string, tls: Provider['tls']): Provider {
  return {
    ...{ id: providerId.from('fake'), label: 'Fake', dialect: 'openai-chat', baseUrl },
    ...{ auth: 'none', secret: secretName.from('fake'), keyForm: undefined, models: [] },
    ...{ keyPage: undefined, inProcess: false, builtIn: false, local: true },
    ...(tls === undefined ? {} : { tls }),
  };
}

async function serve(tls: MadeCertificate) {
  const upstream = await startFakeUpstream({ tls, headers: { 'openai-chat': { auth: 'none' } } });
  onTestFinished(() => upstream.close());
  const url = `https://localhost:${new URL(upstream.url).port}/v1`;
  return { url, requests: upstream.requests };
}

const pin = (pem: string) => pinOf(new X509Certificate(pem));

afterEach(() => {
  connections = undefined;
});

describe('pins', () => {
  it("are the hash of a key, as openssl's documentation computes it", () => {
    const { cert, key } = authority.issue(HERE);
    expect(pin(cert)).toMatch(/^sha256\/[\w+/]{43}=$/);
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    expect(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })).toEqual(
      spki,
    );
  });

  it('one of the server: it is served, on new and on resumed connections', async () => {
    const made = authority.issue(HERE);
    const { url } = await serve(made);
    for (let times = 0; times < 3; times += 1) {
      expect(await models(url, { pins: [BACKUP, pin(made.cert)] })).toBe(200);
    }
  });

  it('one of the authority: every certificate of it is accepted', async () => {
    const bundle = (made: MadeCertificate) => ({
      ...made,
      cert: made.cert + authority.certificate,
    });
    const pins = [pin(authority.certificate), BACKUP];
    expect(await models((await serve(bundle(authority.issue(HERE)))).url, { pins })).toBe(200);
    expect(await models((await serve(bundle(authority.issue(HERE)))).url, { pins })).toBe(200);
  });

  it('none of the chain: nothing is sent, though the certificate is valid', async () => {
    const { url, requests } = await serve(authority.issue(HERE));
    const pins = [pin(authority.issue(HERE).cert), BACKUP];
    expect(await models(url)).toBe(200);
    expect(await models(url, { pins })).toEqual({ reason: 'certificate', why: 'not-pinned' });
    expect(await models(url, { pins })).toEqual({ reason: 'certificate', why: 'not-pinned' });
    expect(requests).toHaveLength(1);
  });

  it('a pinned certificate that the server only sends along counts for nothing', async () => {
    const pinned = authority.issue(HERE);
    const mine = authority.issue(HERE);
    for (const along of [pinned.cert, other.certificate]) {
      const { url, requests } = await serve({ ...mine, cert: mine.cert + along });
      const pins = [pin(along), BACKUP];
      expect(await models(url, { pins })).toEqual({ reason: 'certificate', why: 'not-pinned' });
      expect(requests).toEqual([]);
    }
  });

  it('an authority that takes the name of the pinned one gains nothing', async () => {
    const [pinned, impostor] = [1, 2].map(() => makeCertificateAuthority('Same name'));
    const mine = impostor?.issue(HERE);
    if (pinned === undefined || impostor === undefined || mine === undefined) throw new Error();
    const pins = [pin(pinned.certificate), BACKUP];
    for (const along of [pinned.certificate, pinned.certificate + impostor.certificate]) {
      const { url, requests } = await serve({ ...mine, cert: mine.cert + along });
      expect(await models(url, undefined, impostor)).toBe(200);
      expect(await models(url, { pins })).toEqual({ reason: 'certificate', why: 'not-pinned' });
      expect(requests).toHaveLength(1);
    }
  });

  it('a pinned key makes no other check unnecessary', async () => {
    const wrongHost = authority.issue({ names: ['example.com'] });
    const pins = [pin(wrongHost.cert), BACKUP];
    expect(await models((await serve(wrongHost)).url, { pins })).toEqual({
      reason: 'certificate',
      why: 'wrong-host',
    });
    const stranger = makeCertificateAuthority().issue(HERE);
    const strangers = [pin(stranger.cert), BACKUP];
    expect(await models((await serve(stranger)).url, { pins: strangers })).toEqual({
      reason: 'certificate',
      why: 'untrusted',
    });
  });
});

describe("a provider's own authority", () => {
  it('is trusted for it, and for no other provider', async () => {
    const { url } = await serve(authority.issue(HERE));
    expect(await models(url, undefined, other)).toEqual({
      reason: 'certificate',
      why: 'untrusted',
    });
    expect(await models(url, { ca: '/own.pem' })).toBe(200);
    expect(await models(url)).toEqual({ reason: 'certificate', why: 'untrusted' });
  });

  it('replaces the usual ones', async () => {
    const { url, requests } = await serve(authority.issue(HERE));
    expect(await models(url, { ca: '/other.pem' })).toEqual({
      reason: 'certificate',
      why: 'untrusted',
    });
    expect(requests).toEqual([]);
  });

  it('that cannot be read stops the request, and is read again for the next', async () => {
    const { url, requests } = await serve(authority.issue(HERE));
    expect(await models(url, { ca: '/gone.pem' })).toEqual({
      reason: 'ca-unusable',
      provider: 'fake',
      why: '/gone.pem cannot be read (ENOENT)',
    });
    expect(requests).toEqual([]);
  });
});

describe('a server that speaks only HTTP/2', () => {
  it.each([
    ['as Node does', () => createSecureServer({ ...authority.issue(HERE), allowHTTP1: false })],
    [
      'as the specification of ALPN says',
      () => createServer({ ...authority.issue(HERE), ALPNProtocols: ['h2'] }),
    ],
  ])('is reported as one, %s', async (_, make) => {
    const server = make();
    server.on('error', () => undefined).on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await models(`https://localhost:${port}/v1`)).toEqual({
      reason: 'unreachable',
      why: 'http2-only',
    });
  });
});
