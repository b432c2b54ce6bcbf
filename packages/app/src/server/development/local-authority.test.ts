import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { Clock } from '@postern/kernel';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemRandomness } from '../../system/system-randomness.ts';
import { scratchDirectory } from '../../testing/scratch-directory.ts';
import { valueOf } from '../../testing/value-of.ts';
import type { TlsIdentity } from '../tls-identity.ts';
import { developmentIdentity, openLocalAuthority, type LocalAuthority } from './local-authority.ts';
import { signCertificate } from './sign-certificate.ts';

const DAY_MS = 86_400_000;

let dataDir: string;
let aheadMs: number;
const clock: Clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() };

beforeEach(() => {
  dataDir = scratchDirectory();
  aheadMs = 0;
});

const parts = (names: readonly string[] = []) => ({
  ...{ dataDir, names, clock, randomness: systemRandomness },
});

async function open(...names: readonly string[]): Promise<LocalAuthority> {
  return valueOf(await openLocalAuthority(parts(names)));
}

/** `ok`, or why a client that trusts only this authority refuses the server under this name. */
async function visit({ cert, key }: TlsIdentity, ca: string, name: string): Promise<string> {
  const server = createServer({ cert, key }).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const socket = connect({ host: '127.0.0.1', port, ca, servername: name });
  onTestFinished(() => void socket.destroy());
  return await new Promise((resolve) => {
    socket.once('secureConnect', () => {
      resolve('ok');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(`${error.code ?? ''} ${error.message}`);
    });
  });
}

describe('the authority of development certificates', () => {
  it('is created once, with a key that only the user can read', async () => {
    const [first, again] = [await open(), await open()];
    expect(again).toMatchObject({ fingerprint: first.fingerprint, path: first.path });
    const directory = join(dataDir, 'tls');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory)) {
      expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(readFileSync(first.path, 'utf8')).toBe(first.certificate);
    expect(first.certificate).not.toContain('PRIVATE');
  });

  it('is the same for everyone who opens it first at once', async () => {
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => open()));
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });

  it.each(['localhost', '127.0.0.1', 'gateway.example', '10.0.0.5'])(
    'signs for %s',
    async (name) => {
      const authority = await open('gateway.example', '10.0.0.5');
      const identity = authority.issue();
      const server = new X509Certificate(identity.cert);
      expect(server.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
      const host = /^\d/.test(name) ? server.checkIP(name) : server.checkHost(name);
      expect(host).toBe(name);
      if (!/^\d/.test(name)) expect(await visit(identity, authority.certificate, name)).toBe('ok');
    },
  );

  it('can sign only for its names: clients reject certificates for others, signed with its key', async () => {
    const authority = await open('gateway.example');
    const issuerKey = readFileSync(join(dataDir, 'tls', 'authority-key.pem'), 'utf8');
    const { key } = authority.issue();
    const issuer = new X509Certificate(authority.certificate).subject.replace('CN=', '');
    for (const name of ['bank.example', 'evil.localhost.example', 'example']) {
      const cert = signCertificate(
        {
          ...{ subject: name, issuer, key, issuerKey, names: [name], isAuthority: false },
          ...{ fromMs: Date.now() - DAY_MS, untilMs: Date.now() + DAY_MS },
        },
        systemRandomness,
      );
      expect(await visit({ cert, key }, authority.certificate, name)).toContain(
        'permitted subtree violation',
      );
    }
  });

  it('is replaced if the names change, and says its names', async () => {
    const first = await open();
    const second = await open('gateway.example');
    expect(second.fingerprint).not.toBe(first.fingerprint);
    expect(new X509Certificate(second.certificate).subject).toContain('localhost gateway.example');
    expect(await visit(second.issue(), second.certificate, 'gateway.example')).toBe('ok');
    expect(await visit(second.issue(), first.certificate, 'localhost')).not.toBe('ok');
  });

  it('has a short subject, however many names there are', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `host-${at}.example`);
    const [first, second] = [await open(...names), await open(...names, 'one-more.example')];
    expect(new X509Certificate(first.certificate).subject).toMatch(/^CN=.{20,64}$/);
    expect(second.fingerprint).not.toBe(first.fingerprint);
    expect(await visit(second.issue(), second.certificate, 'host-19.example')).toBe('ok');
  });

  it('is replaced before it expires', async () => {
    const first = await open();
    aheadMs = 700 * DAY_MS;
    expect((await open()).fingerprint).toBe(first.fingerprint);
    aheadMs = 725 * DAY_MS;
    expect((await open()).fingerprint).not.toBe(first.fingerprint);
  });

  it.each<readonly [string, (directory: string) => void]>([
    [
      'its key is gone',
      (directory) => {
        rmSync(join(directory, 'authority-key.pem'));
      },
    ],
    [
      'others can read its key',
      (directory) => {
        chmodSync(join(directory, 'authority-key.pem'), 0o644);
      },
    ],
    [
      'its certificate is damaged',
      (directory) => {
        writeFileSync(join(directory, 'authority.pem'), '');
      },
    ],
    [
      'its certificate is damaged inside',
      (directory) => {
        const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
        writeFileSync(join(directory, 'authority.pem'), pem);
      },
    ],
    [
      'its key is damaged inside',
      (directory) => {
        const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
        writeFileSync(join(directory, 'authority-key.pem'), pem);
      },
    ],
  ])('is not silently replaced if %s', async (_, damage) => {
    await open();
    damage(join(dataDir, 'tls'));
    const opened = await openLocalAuthority(parts());
    expect(opened).toMatchObject({ failure: { code: 'TLS_CERTIFICATE_UNUSABLE' } });
    expect(opened.ok ? '' : opened.failure.remedy).toContain(`remove ${join(dataDir, 'tls')}`);
  });
});

describe('the certificate of a development server', () => {
  it('is valid for a week, and replaced in time', async () => {
    const read = valueOf(await developmentIdentity(parts()));
    const first = valueOf(await read());
    const certificate = new X509Certificate(first.cert);
    const days = (certificate.validToDate.getTime() - Date.now()) / DAY_MS;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7.1);
    aheadMs = 3 * DAY_MS;
    expect(valueOf(await read())).toEqual(first);
    aheadMs = 5 * DAY_MS;
    const second = valueOf(await read());
    expect(second.cert).not.toBe(first.cert);
    expect(valueOf(await read())).toEqual(second);
  });

  it('has a new key each time', async () => {
    const authority = await open();
    const serials = [1, 2].map(() => new X509Certificate(authority.issue().cert).serialNumber);
    expect(serials[0]).not.toBe(serials[1]);
    expect(authority.issue().key).not.toBe(authority.issue().key);
  });
});
