import { renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { Agent, request as requestTls } from 'node:https';
import { join } from 'node:path';
import { connect, TLSSocket, type ConnectionOptions } from 'node:tls';
import { expectOk, type JsonObject } from '@postern/kernel';
import { parseConfig } from '@postern/protocol';
import { makeCertificateAuthority } from '@postern/testing';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createProcessLog } from '../log/process-log.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { gatewayListener } from './gateway-listener.ts';
import { openListener, whoMayConnect, type OpenListener } from './open-listener.ts';

const AUTHORITY = makeCertificateAuthority();
const NAME = 'gateway.example';
const HERE = { names: [NAME] };

let dataDir: string;
let certificate: string;
let key: string;
let lines: string[];

beforeEach(() => {
  dataDir = scratchDirectory();
  const directory = scratchDirectory();
  certificate = join(directory, 'cert.pem');
  key = join(directory, 'key.pem');
  lines = [];
  write(AUTHORITY.issue(HERE));
});

function write(made: { readonly cert: string; readonly key: string }): void {
  for (const [path, text] of [
    [certificate, made.cert],
    [key, made.key],
  ] as const) {
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

interface Opened extends OpenListener {
  readonly port: number;
}

/** A listener with this configuration on a free port, which answers with the client's address. */
async function open(
  listen: { readonly tls?: JsonObject } = {},
  renewEveryMs = 60_000,
): Promise<Opened> {
  const clock = systemClock;
  const tls = { certificate, key, ...listen.tls };
  const written = { gateway: { listen: { publicHost: [NAME], tls } } };
  const config = expectOk(parseConfig(written));
  const listener = {
    ...valueOf(await gatewayListener({ config, clock, randomness: systemRandomness, dataDir })),
    port: 0,
  };
  const log = createProcessLog({
    clock,
    config: { level: 'info', format: 'json' },
    out: (line) => lines.push(line),
  });
  const answer: RequestListener = (_request, response) => response.writeHead(200).end('here');
  const router = () => answer;
  const routers = { gateway: router, app: router, page: router };
  const parts = { listener, routers, clock, log, renewEveryMs };
  const opened = expectOk(await openListener(parts));
  onTestFinished(() => opened.close(0));
  return { ...opened, port: Number(new URL(opened.place.gatewayUrl).port) };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly fingerprint: string;
  /** The client's port, which tells connections apart. */
  readonly from: number | undefined;
}

interface Asking {
  readonly agent?: Agent;
  readonly client?: { readonly cert: string; readonly key: string };
  readonly headers?: Record<string, string>;
}

async function ask(port: number, { agent, client, headers = {} }: Asking = {}): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const options = {
      ...{ host: '127.0.0.1', port, path: '/v1/models', servername: NAME },
      ...{ ca: AUTHORITY.certificate, ...client, agent: agent ?? false },
      headers: { host: `${NAME}:${port}`, ...headers },
    };
    const asked = requestTls(options, (answer) => {
      const { socket } = answer;
      if (!(socket instanceof TLSSocket)) throw new TypeError('not TLS');
      const { statusCode: status, headers: received } = answer;
      const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
      const from = socket.localPort;
      answer.resume().once('end', () => {
        resolve({ status, headers: received, fingerprint, from });
      });
    });
    asked.on('error', reject).end();
  });
}

/** The outcome of a handshake: the protocol, or the error's code. */
async function handshake(port: number, options: ConnectionOptions): Promise<string> {
  return await new Promise((resolve) => {
    const ca = AUTHORITY.certificate;
    const socket = connect({ host: '127.0.0.1', port, servername: NAME, ca, ...options });
    socket.once('secureConnect', () => {
      resolve(`${socket.getProtocol() ?? ''} ${String(socket.alpnProtocol)}`);
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? 'unknown');
    });
  });
}

describe('the handshake', () => {
  it.each<readonly [string, ConnectionOptions, string]>([
    ['TLS 1.3', { minVersion: 'TLSv1.3', ALPNProtocols: ['http/1.1'] }, 'TLSv1.3 http/1.1'],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'TLSv1.2 false'],
    [
      'HTTP/2 or HTTP/1.1, and gets the latter',
      { ALPNProtocols: ['h2', 'http/1.1'] },
      'TLSv1.3 http/1.1',
    ],
  ])('succeeds with %s', async (_, options, expected) => {
    expect(await handshake((await open()).port, options)).toBe(expected);
  });

  it.each<readonly [string, ConnectionOptions]>([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['only HTTP/2', { ALPNProtocols: ['h2'] }],
    ['only CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }],
    ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
  ])('fails with %s', async (_, options) => {
    expect(await handshake((await open()).port, options)).toMatch(/^ERR_SSL_|^ECONNRESET/);
  });

  it('tells browsers to come back over TLS only', async () => {
    const { status, headers } = await ask((await open()).port);
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });
});

describe('a new certificate', () => {
  it('is used by new connections, and drops no old one', async () => {
    const opened = await open();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await ask(opened.port, { agent });
    write(AUTHORITY.issue(HERE));
    expect(valueOf(await opened.renewCertificate())).toBe('renewed');
    expect((await ask(opened.port, { agent })).from).toBe(before.from);
    const after = await ask(opened.port);
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(valueOf(await opened.renewCertificate())).toBe('same');
    agent.destroy();
  });

  it('is found without a signal', async () => {
    const opened = await open({}, 1);
    const { fingerprint } = await ask(opened.port);
    write(AUTHORITY.issue(HERE));
    await expect.poll(async () => (await ask(opened.port)).fingerprint).not.toBe(fingerprint);
  });

  it('drops no request under load, however often it changes', async () => {
    const opened = await open();
    const kept = new Agent({ keepAlive: true, maxSockets: 4 });
    const seen = new Set<string>();
    let isOver = false;
    const keepAsking = async (asking: Asking): Promise<number> => {
      let count = 0;
      for (; !isOver; count += 1) {
        const { status, fingerprint } = await ask(opened.port, asking);
        expect(status).toBe(200);
        seen.add(fingerprint);
      }
      return count;
    };
    const asking = [{}, {}, {}, {}, { agent: kept }, { agent: kept }].map(keepAsking);
    for (let times = 0; times < 10; times += 1) {
      write(AUTHORITY.issue(HERE));
      expect(valueOf(await opened.renewCertificate())).toBe('renewed');
      const { fingerprint } = await ask(opened.port);
      seen.add(fingerprint);
    }
    isOver = true;
    const counts = await Promise.all(asking);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(seen.size).toBeGreaterThanOrEqual(10);
    kept.destroy();
  });

  it.each<readonly [string, () => void]>([
    [
      'without its key',
      () => {
        writeFileSync(certificate, AUTHORITY.issue(HERE).cert);
      },
    ],
    [
      'without its certificate',
      () => {
        writeFileSync(key, AUTHORITY.issue(HERE).key);
      },
    ],
    [
      'half written',
      () => {
        writeFileSync(certificate, AUTHORITY.issue(HERE).cert.slice(0, 300));
      },
    ],
    [
      'that is empty',
      () => {
        writeFileSync(certificate, '');
      },
    ],
    [
      'that has expired',
      () => {
        const notAfter = new Date(Date.now() - 1000);
        write(AUTHORITY.issue({ ...HERE, notAfter, notBefore: new Date(0) }));
      },
    ],
  ])(
    '%s leaves the old one in use, says so once, and is taken when it is whole',
    async (_, damage) => {
      const opened = await open();
      const { fingerprint } = await ask(opened.port);
      damage();
      for (let times = 0; times < 3; times += 1) {
        expect(await opened.renewCertificate()).toMatchObject({
          failure: { code: 'TLS_CERTIFICATE_UNUSABLE' },
        });
      }
      expect((await ask(opened.port)).fingerprint).toBe(fingerprint);
      expect(lines.filter((line) => line.includes('The previous certificate stays'))).toHaveLength(
        1,
      );
      write(AUTHORITY.issue(HERE));
      expect(valueOf(await opened.renewCertificate())).toBe('renewed');
      expect((await ask(opened.port)).fingerprint).not.toBe(fingerprint);
    },
  );
});

describe('the certificates of clients', () => {
  const clients = makeCertificateAuthority();
  const known = clients.issue({ names: ['a client'], of: 'client' });
  const stranger = makeCertificateAuthority().issue({ names: ['a client'], of: 'client' });
  const server = clients.issue({ names: ['a client'] });

  async function openFor(clientCertificates?: 'optional' | 'required'): Promise<Opened> {
    const clientCa = `${certificate}.clients`;
    writeFileSync(clientCa, clients.certificate);
    return await open({ tls: { clientCa, ...(clientCertificates && { clientCertificates }) } });
  }

  it.each([undefined, 'required'] as const)('%s: only a known one is served', async (choice) => {
    const { port } = await openFor(choice);
    expect((await ask(port, { client: known })).status).toBe(200);
    await expect(ask(port)).rejects.toThrow();
    await expect(ask(port, { client: stranger })).rejects.toThrow();
    await expect(ask(port, { client: server })).rejects.toThrow();
  });

  it('optional: none or a known one is served, a false one is not', async () => {
    const { port } = await openFor('optional');
    expect((await ask(port)).status).toBe(200);
    expect((await ask(port, { client: known })).status).toBe(200);
    await expect(ask(port, { client: stranger })).rejects.toThrow();
    await expect(ask(port, { client: server })).rejects.toThrow();
  });

  it('are still demanded after the server has a new certificate', async () => {
    const opened = await openFor();
    write(AUTHORITY.issue(HERE));
    expect(valueOf(await opened.renewCertificate())).toBe('renewed');
    expect((await ask(opened.port, { client: known })).status).toBe(200);
    await expect(ask(opened.port)).rejects.toThrow();
  });
});

describe('who may connect', () => {
  const address = (host: string) => [{ host, label: '', isRequired: true }];
  const proxies = {
    any: true,
    includes: (peer: string) => peer === '10.0.0.1',
    clientAddress: () => '',
  };

  it('without TLS beyond loopback: this machine and the proxies', () => {
    const { admits } = whoMayConnect({ addresses: address('0.0.0.0'), tls: undefined, proxies });
    const peers = ['127.0.0.1', '::1', '10.0.0.1', '::ffff:10.0.0.1', '10.0.0.2', '::2', ''];
    expect(peers.map((peer) => admits?.(peer))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('on loopback: everyone', () => {
    const listener = { addresses: address('127.0.0.1'), tls: undefined, proxies };
    expect(whoMayConnect(listener).admits).toBeUndefined();
  });
});
