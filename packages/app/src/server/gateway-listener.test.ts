import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectOk, type JsonObject } from '@postern/kernel';
import { parseConfig, type Problem } from '@postern/protocol';
import { makeCertificateAuthority, makeSelfSignedCertificate } from '@postern/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { gatewayListener } from './gateway-listener.ts';
import { placeOf, type Listener } from './listener.ts';

const AUTHORITY = makeCertificateAuthority();
const DAY_MS = 86_400_000;
const HERE = { names: ['gateway.example'] };

let directory: string;
let certificate: string;
let key: string;

beforeEach(() => {
  directory = scratchDirectory();
  certificate = join(directory, 'cert.pem');
  key = join(directory, 'key.pem');
  write(AUTHORITY.issue(HERE));
});

function write(made: { readonly cert: string; readonly key: string }): void {
  writeFileSync(certificate, made.cert);
  writeFileSync(key, made.key, { mode: 0o600 });
}

async function listenerOf(listen: JsonObject): ReturnType<typeof gatewayListener> {
  const written = { port: 7420, gateway: { listen } };
  const config = expectOk(parseConfig(written));
  return await gatewayListener({
    ...{ config, clock: systemClock, randomness: systemRandomness },
    dataDir: join(directory, 'data'),
  });
}

async function good(listen: JsonObject): Promise<Listener> {
  return valueOf(await listenerOf(listen));
}

async function problemOf(listen: JsonObject): Promise<Problem> {
  const made = await listenerOf(listen);
  if (made.ok) throw new Error('accepted');
  return made.failure;
}

describe('without any configuration', () => {
  it('serves neither the app nor the page, on both loopback addresses and the usual port', async () => {
    const listener = await good({});
    expect(listener.addresses.map(({ host }) => host)).toEqual(['127.0.0.1', '::1']);
    expect(listener).toMatchObject({ port: 7420, tls: undefined, redirectFrom: undefined });
    expect(
      (['gateway', 'app', 'page'] as const).filter((area) => listener.serves.has(area)),
    ).toEqual(['gateway']);
    expect(placeOf(listener, 7420).gatewayUrl).toBe('http://127.0.0.1:7420');
  });
});

describe('beyond loopback', () => {
  it.each(['0.0.0.0', '::', '10.0.0.5', '::ffff:127.0.0.1', '2001:db8::1', '::ffff:0:0'])(
    'refuses %s without TLS, and says why',
    async (host) => {
      const failure = await problemOf({ host, publicHost: ['gateway.example'] });
      expect(failure.code).toBe('LISTEN_INSECURE');
      expect(failure.message).toContain('other machines');
      expect(failure.remedy).toContain('gateway.listen.tls');
    },
  );

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '0:0:0:0:0:0:0:1'])(
    'is not %s',
    async (host) => {
      expect((await listenerOf({ host })).ok).toBe(true);
    },
  );

  it('accepts TLS, or a proxy that has it', async () => {
    const host = '0.0.0.0';
    const publicHost = ['Gateway.Example'];
    const withTls = await good({ host, publicHost, tls: { certificate, key } });
    expect(placeOf(withTls, 443).gatewayUrl).toBe('https://gateway.example');
    expect(placeOf(withTls, 8443).gatewayUrl).toBe('https://gateway.example:8443');
    const behindProxy = await good({ host, publicHost, trustedProxies: ['10.0.0.1'] });
    expect(placeOf(behindProxy, 7420).gatewayUrl).toBe('https://gateway.example');
    const named = await good({ publicHost });
    expect(placeOf(named, 7420).gatewayUrl).toBe('http://gateway.example:7420');
  });

  it('needs the names of clients if it listens on every address', async () => {
    for (const host of ['0.0.0.0', '::']) {
      const failure = await problemOf({ host, tls: { certificate, key } });
      expect(failure.code).toBe('CONFIG_INVALID');
      expect(failure.message).toContain('gateway.listen.publicHost');
    }
  });

  it('listens on IPv4 too for `::`, and only there for `0.0.0.0`', async () => {
    const hostsOf = async (host: string) =>
      (await good({ host, publicHost: ['a'], tls: { certificate, key } })).addresses.map(
        (address) => address.host,
      );
    expect(await hostsOf('::')).toEqual(['::', '0.0.0.0']);
    expect(await hostsOf('0.0.0.0')).toEqual(['0.0.0.0']);
  });
});

describe('names', () => {
  it.each([
    ['gateway.example', true],
    ['gateway.example:8443', true],
    ['GATEWAY.example', true],
    ['[2001:db8::1]:1', true],
    ['127.0.0.1:7420', true],
    ['localhost:7420', true],
    ['[::1]:7420', true],
    ['127.0.0.1:80', false],
    ['gateway.example.evil.example', false],
    ['gateway.example:8443:1', false],
    ['gateway.example:', false],
    ['evil.example:7420', false],
    ['2001:db8::1', false],
    ['', false],
  ])('%s: %s', async (host, isAllowed) => {
    const listener = await good({ publicHost: ['gateway.example', '2001:db8:0::1'] });
    expect(placeOf(listener, 7420).guard.allowsHost(host)).toBe(isAllowed);
  });
});

describe('the certificate', () => {
  const tls = () => ({ tls: { certificate, key } });

  it('is taken with its key', async () => {
    const made = AUTHORITY.issue(HERE);
    write(made);
    expect((await good(tls())).tls?.identity).toEqual(made);
  });

  it.each<readonly [string, () => void, string]>([
    [
      'of another key',
      () => {
        writeFileSync(key, AUTHORITY.issue(HERE).key);
      },
      "doesn't belong",
    ],
    ['that is missing', () => (certificate = join(directory, 'no.pem')), 'ENOENT'],
    ['whose key is missing', () => (key = join(directory, 'no.pem')), 'ENOENT'],
    [
      'that is a directory',
      () => {
        mkdirSync((certificate = join(directory, 'd')));
      },
      'regular file',
    ],
    [
      'whose key others can read',
      () => {
        chmodSync(key, 0o640);
      },
      'others can read',
    ],
    ['that is a key', () => (certificate = key), 'no certificate PEM block'],
    [
      'whose key is a certificate',
      () => {
        writeFileSync(key, AUTHORITY.certificate);
      },
      'no private key',
    ],
    [
      'that was cut off',
      () => {
        writeFileSync(certificate, AUTHORITY.issue(HERE).cert.slice(0, 200));
      },
      'unreadable certificate',
    ],
    [
      'whose key was cut off',
      () => {
        writeFileSync(key, AUTHORITY.issue(HERE).key.slice(0, 100));
      },
      'private key',
    ],
    [
      'that has expired',
      () => {
        write(made(-2, -1));
      },
      'has expired',
    ],
    [
      "that isn't valid yet",
      () => {
        write(made(1, 2));
      },
      "isn't valid yet",
    ],
  ])('%s is refused by name', async (_, damage, why) => {
    damage();
    const failure = await problemOf(tls());
    expect(failure.code).toBe('TLS_CERTIFICATE_UNUSABLE');
    expect(failure.message).toContain(directory);
    expect(failure.message).toContain(why);
    expect(failure.message).not.toContain('-----');
  });

  function made(fromDays: number, toDays: number) {
    const at = (days: number) => new Date(Date.now() + days * DAY_MS);
    return makeSelfSignedCertificate({ ...HERE, notBefore: at(fromDays), notAfter: at(toDays) });
  }

  it.each<readonly [string, () => JsonObject, string]>([
    ['a key without a certificate', () => ({ tls: { key } }), '"certificate" and "key" together'],
    ['a certificate without a key', () => ({ tls: { certificate } }), '"certificate" and "key"'],
    ['no members', () => ({ tls: {} }), '"certificate" and "key" together'],
    [
      'client certificates without an authority',
      () => ({ tls: { certificate, key, clientCertificates: 'required' } }),
      'clientCa',
    ],
    ['a redirect without TLS', () => ({ redirectFrom: 80 }), 'redirectFrom needs'],
    ['a redirect to itself', () => ({ ...tls(), redirectFrom: 7420 }), 'the port of the gateway'],
  ])('%s: the message names what is wrong', async (_, listen, why) => {
    const failure = await problemOf(listen());
    expect(failure.code).toBe('CONFIG_INVALID');
    expect(failure.message).toContain(why);
  });

  it('for development is made by the authority of this home, and not remembered by browsers', async () => {
    const { tls } = await good({ publicHost: ['Box.Example'], tls: { development: true } });
    expect(tls?.isRemembered).toBe(false);
    const server = new X509Certificate(tls?.identity.cert ?? '');
    expect(server.checkHost('box.example')).toBe('box.example');
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(readdirSync(join(directory, 'data', 'tls'))).toContain('authority-key.pem');
    expect(await problemOf({ tls: { development: true, certificate, key } })).toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('an authority of clients that is not a certificate is refused', async () => {
    const clientCa = join(directory, 'ca.pem');
    const begin = '-----BEGIN CERTIFICATE-----\n';
    writeFileSync(clientCa, `${begin}AAAA\n${begin.replace('BEGIN', 'END')}`);
    const failure = await problemOf({ tls: { certificate, key, clientCa } });
    expect(failure.code).toBe('TLS_CERTIFICATE_UNUSABLE');
    expect(failure.message).toContain('ca.pem');
  });
});
