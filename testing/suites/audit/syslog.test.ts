import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectSyslog, EXPORT_FORMATS, openAuditLog, type SyslogTls } from '@postern/audit';
import { expectOk, Secret } from '@postern/kernel';
import { executablePath, secretName, type AuditRecord } from '@postern/protocol';
import { skipBecause, whyNoDaemon, whyNoPrograms } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  RSYSLOG,
  startDaemon,
  SYSLOG_NG,
  type Listening,
  type RunningDaemon,
  type SyslogDaemon,
} from './syslog-daemons.ts';
import { makeCertificates, type TestCertificates } from './test-certificates.ts';

const COUNT = 300;
let directory: string;
let certificates: TestCertificates;
let records: readonly AuditRecord[];

const why = whyNoPrograms(['openssl']);

beforeAll(async () => {
  if (why !== undefined) return;
  directory = await mkdtemp(join(tmpdir(), 'postern-syslog-'));
  certificates = await makeCertificates(directory);
  const log = expectOk(
    await openAuditLog({
      directory: join(directory, 'audit'),
      key: Secret.of('ab'.repeat(32)),
      clock: {
        nowMs: () => Date.UTC(2025, 0, 2, 3, 4, 5, 678),
        monotonicMs: () => performance.now(),
      },
      actor: { uid: 1000, pid: 4242, executable: executablePath.from('/opt/a "b"]\\=|c/größe') },
    }),
  );
  await Promise.all(
    Array.from({ length: COUNT - 1 }, (_, at) =>
      log.append({
        action: 'secret.use',
        outcome: at % 3 === 0 ? 'denied' : 'success',
        ...(at % 3 === 0 ? { reason: 'VAULT_LOCKED' } : {}),
        subject: { kind: 'secret', name: secretName.from(`secret-${at}`) },
      }),
    ),
  );
  records = expectOk(await log.tail(COUNT));
  await log.close();
});

afterAll(async () => {
  if (why === undefined) await rm(directory, { recursive: true });
});

/** Returns the fields of a received line; the order of structured data doesn't matter. */
function fieldsOf(line: string): unknown {
  const [priority, time = '', host, app, pid, id, ...rest] = line.split('|');
  const text = rest.join('|');
  const end = text.lastIndexOf(']|');
  const data = [...text.slice(0, end).matchAll(/ ([\w.@]+)="((?:\\.|[^"\\])*)"/g)];
  const parameters = data.map(([, name = '', value = '']): [string, unknown] => [
    name,
    value.replaceAll(/\\(.)/g, '$1'),
  ]);
  return {
    priority: Number(priority),
    time: new Date(time).toISOString(),
    ...{ host, app, pid, id },
    element: /^\[\S+/.exec(text)?.[0],
    parameters: new Map(parameters),
    message: text.slice(end + 2).trim(),
  };
}

function expectedOf(record: AuditRecord): unknown {
  const { subject, actor, action, outcome, reason } = record;
  const about = subject?.kind === 'secret' ? { subject: subject.kind, name: subject.name } : {};
  return {
    priority: 13 * 8 + (outcome === 'success' ? 5 : 4),
    time: record.time,
    ...{ host: 'host.example', app: 'postern', pid: '4242', id: action },
    element: '[postern@32473',
    parameters: new Map<string, unknown>(
      Object.entries({
        ...{ seq: String(record.seq), action, outcome, ...about, mac: record.mac },
        ...(reason === undefined ? {} : { reason }),
        ...{ uid: '1000', pid: '4242', executable: actor.executable },
      }),
    ),
    message: `${action === 'log.begin' ? 'Audit log begun' : 'Secret used'}: ${outcome}`,
  };
}

let started = 0;

async function start(daemon: SyslogDaemon, tls?: Listening['tls']): Promise<RunningDaemon> {
  started += 1;
  const place = join(directory, `${daemon.name}-${started}`);
  return await startDaemon(daemon, tls === undefined ? {} : { tls }, place);
}

async function sendAll(port: number, tls?: SyslogTls): Promise<unknown> {
  const target = { host: tls === undefined ? '127.0.0.1' : 'localhost', port, timeoutMs: 10_000 };
  const connected = await connectSyslog(tls === undefined ? target : { ...target, tls });
  if (!connected.ok) return connected.failure;
  for (const record of records) {
    const message = EXPORT_FORMATS.syslog(record, { version: '1', hostname: 'host.example' });
    const sent = await connected.value.send(message);
    if (!sent.ok) return sent.failure;
  }
  const closed = await connected.value.close();
  return closed.ok ? 'sent' : closed.failure;
}

describe.each([RSYSLOG, SYSLOG_NG])('$name', (daemon) => {
  const whyNot = why ?? whyNoDaemon(daemon.name);
  const isSkipped = skipBecause(`delivery to ${daemon.name}`, whyNot);
  const trusted = (): SyslogTls => ({ authorities: certificates.authorityPem });

  test.skipIf(isSkipped)('accepts every record over TCP, field by field', async () => {
    await using running = await start(daemon);
    expect(await sendAll(running.port)).toBe('sent');
    expect((await running.lines(COUNT)).map(fieldsOf)).toEqual(records.map(expectedOf));
  });

  test.skipIf(isSkipped)('accepts every record over TLS', async () => {
    const tls = { certificates, server: certificates.server, asksClient: false };
    await using running = await start(daemon, tls);
    expect(await sendAll(running.port, trusted())).toBe('sent');
    expect((await running.lines(COUNT)).map(fieldsOf)).toEqual(records.map(expectedOf));
  });

  test.skipIf(isSkipped)(
    'receives nothing if its certificate is from an unknown authority or for another name',
    async () => {
      const server = certificates.misnamed;
      await using running = await start(daemon, { certificates, server, asksClient: false });
      const refused = { reason: 'syslog-certificate' };
      expect(await sendAll(running.port, {})).toMatchObject(refused);
      expect(await sendAll(running.port, trusted())).toMatchObject(refused);
      expect(await running.lines(0)).toEqual([]);
    },
  );

  test.skipIf(isSkipped)(
    'requires a client certificate: accepts with it, rejects without it',
    async () => {
      const tls = { certificates, server: certificates.server, asksClient: true };
      await using running = await start(daemon, tls);
      expect(await sendAll(running.port, trusted())).toMatchObject({
        reason: 'syslog-unreachable',
      });
      const { certificate, key } = certificates.client;
      const client = {
        certificate: await readFile(certificate, 'utf8'),
        key: Secret.of(await readFile(key, 'utf8')),
      };
      expect(await sendAll(running.port, { ...trusted(), client })).toBe('sent');
      expect(await running.lines(COUNT)).toHaveLength(COUNT);
    },
  );
});
