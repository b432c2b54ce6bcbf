import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freshHome,
  runPostern,
  runPosternKilledAt,
  skipBecause,
  startPostern,
  upPostern,
  whyNoDaemon,
  whyNoPrograms,
  type Ended,
  type FreshHome,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RSYSLOG, startDaemon, SYSLOG_NG } from './syslog-daemons.ts';
import { makeCertificates, type TestCertificates } from './test-certificates.ts';
import { startReceiver, type Receiver } from './tls-receiver.ts';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-a-value-0123456789-0123456789';
const Sent = v.object({ sent: v.number() });
const UNAVAILABLE = 5;
const USAGE = 2;
const BUSY = 7;

const why = whyNoPrograms(['openssl']);
let directory: string;
let certificates: TestCertificates;
let home: FreshHome;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-forward-'));
  if (why === undefined) certificates = await makeCertificates(directory);
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

beforeEach(async () => {
  home = freshHome();
  expect(await run(['secret', 'set', 'openai'], VALUE)).toMatchObject({ code: 0 });
});

afterEach(() => {
  home[Symbol.dispose]();
});

const options = (): { environment: FreshHome['environment']; passphrase: string } => ({
  environment: home.environment,
  passphrase: PASSPHRASE,
});

async function run(parameters: readonly string[], input = ''): Promise<Ended> {
  return await runPostern(parameters, { ...options(), input });
}

function configure(forward: Readonly<Record<string, string>>, more: object = {}): void {
  const config = join(home.path, '.config', 'postern');
  mkdirSync(config, { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ audit: { forward: { format: 'jsonl', ...forward } }, ...more });
  writeFileSync(join(config, 'config.json'), text, { mode: 0o600 });
}

const tls = ({ port }: { readonly port: number }): string => `tls://localhost:${String(port)}`;
const tcp = ({ port }: { readonly port: number }): string => `tcp://127.0.0.1:${String(port)}`;
const trusted = (receiver: Receiver): Readonly<Record<string, string>> => ({
  to: tls(receiver),
  ca: certificates.authority.certificate,
});

async function behind(): Promise<unknown> {
  const { stdout } = await run(['audit', 'forward', '--status', '--json']);
  return JSON.parse(stdout);
}

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, at) => at + 1);

describe.skipIf(skipBecause('sending over TLS', why))('over TLS', () => {
  const listening = (server: 'server' | 'misnamed', asksClient = false) => ({
    tls: { certificates, server: certificates[server], asksClient },
  });

  test('sends every record once, in the export format, then only new ones', async () => {
    await using receiver = await startReceiver(listening('server'));
    configure(trusted(receiver));
    expect(await behind()).toMatchObject({ to: tls(receiver), sent: 0 });
    const first = await run(['audit', 'forward']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const { length } = receiver.numbers();
    expect(first.stdout).toBe(`Sent ${String(length)} records to ${tls(receiver)}.\n`);
    const { stdout: exported } = await run(['audit', 'export']);
    expect(exported.startsWith(receiver.text())).toBe(true);
    const second = await run(['audit', 'forward', '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({ isRestarted: false });
    const numbers = receiver.numbers();
    expect(numbers.length).toBeGreaterThan(length);
    expect(numbers).toEqual(upTo(numbers.length));
  });

  test('sends nothing if the certificate is from an unknown authority or for another name', async () => {
    for (const [server, ca] of [
      ['server', {}],
      ['misnamed', { ca: certificates.authority.certificate }],
    ] as const) {
      await using receiver = await startReceiver(listening(server));
      configure({ to: tls(receiver), ...ca });
      const ended = await run(['audit', 'forward']);
      expect(ended).toMatchObject({ code: UNAVAILABLE, stdout: '' });
      expect(ended.stderr).toContain('[SYSLOG_CERTIFICATE]');
      expect(receiver.text()).toBe('');
      expect(await behind()).toMatchObject({ sent: 0 });
    }
  });

  test('sends the client certificate if the receiver requires it; without it nothing counts as sent', async () => {
    await using receiver = await startReceiver(listening('server', true));
    configure(trusted(receiver));
    const refused = await run(['audit', 'forward']);
    expect(refused).toMatchObject({ code: UNAVAILABLE });
    expect(receiver.text()).toBe('');
    const { certificate, key } = certificates.client;
    chmodSync(key, 0o644);
    configure({ ...trusted(receiver), clientCertificate: certificate, clientKey: key });
    const open = await run(['audit', 'forward']);
    expect(open).toMatchObject({ code: USAGE });
    expect(open.stderr).toContain(`${key} belongs to another user, or others can read it.`);
    chmodSync(key, 0o600);
    expect(await run(['audit', 'forward'])).toMatchObject({ code: 0 });
    expect(receiver.numbers()).toEqual(upTo(receiver.numbers().length));
    expect(receiver.text()).not.toContain(VALUE);
  });

  describe.each([RSYSLOG, SYSLOG_NG])('$name', (daemon) => {
    const isSkipped = skipBecause(`delivery to ${daemon.name}`, whyNoDaemon(daemon.name));
    test.skipIf(isSkipped)('delivers the records that the command sends', async () => {
      const place = join(directory, `${daemon.name}-product`);
      await using running = await startDaemon(daemon, listening('server'), place);
      const ca = certificates.authority.certificate;
      configure({ to: tls(running), ca, format: 'syslog' });
      const ended = await run(['audit', 'forward', '--json']);
      expect(ended).toMatchObject({ code: 0 });
      const { sent } = v.parse(Sent, JSON.parse(ended.stdout));
      const lines = await running.lines(sent);
      const seqs = lines.map((line) => Number(/ seq="(\d+)"/.exec(line)?.[1]));
      expect(seqs).toEqual(upTo(sent));
    });
  });
});

describe('rejected before connecting', () => {
  test.each<readonly [string, Readonly<Record<string, string>>, string]>([
    [
      'plain TCP to another machine',
      { to: 'tcp://192.0.2.1:601' },
      'uses plain TCP, and 192.0.2.1',
    ],
    ['plain TCP to a name', { to: 'tcp://127.0.0.1.example:601' }, 'uses plain TCP'],
    ['plain TCP with certificates', { to: 'tcp://127.0.0.1:1', ca: '/ca.pem' }, 'tcp://'],
    ['a certificate alone', { to: 'tls://a:1', clientCertificate: '/a' }, 'together'],
    ['a missing file', { to: 'tls://a.invalid:1', ca: '/nowhere/ca.pem' }, '(ENOENT)'],
    ['a device file', { to: 'tls://a.invalid:1', ca: '/dev/zero' }, 'not a regular'],
    ['another scheme', { to: 'https://a:1' }, 'audit.forward.to: not a valid value'],
    ['no port', { to: 'tls://a' }, 'audit.forward.to: not a valid value'],
    ['an invalid port', { to: 'tls://a:70000' }, 'audit.forward.to: not a valid value'],
    ['a user name', { to: 'tls://u:p@a:1' }, 'audit.forward.to: not a valid value'],
    ['a relative path', { to: 'tls://a:1', ca: 'ca.pem' }, 'audit.forward.ca: not a valid value'],
    ['an unknown member', { to: 'tls://a:1', verify: 'no' }, 'audit.forward.verify: unknown key'],
  ])('%s', async (_, forward, problem) => {
    configure(forward);
    const ended = await run(['audit', 'forward']);
    expect(ended).toMatchObject({ code: USAGE, stdout: '' });
    expect(ended.stderr).toContain(problem);
  });

  test("plain TCP to a host that isn't local also stops the app from starting", async () => {
    configure({ to: 'tcp://192.0.2.1:601' });
    const ended = await run(['up', '--no-open', '--port', '0']);
    expect(ended).toMatchObject({ code: USAGE });
    expect(ended.stderr).toContain('audit.forward.to uses plain TCP');
  });

  test('no receiver', async () => {
    const ended = await run(['audit', 'forward']);
    expect(ended).toMatchObject({ code: USAGE, stdout: '' });
    expect(ended.stderr).toContain('[AUDIT_FORWARD_NOT_SET]');
  });
});

describe('unsent records stay and are sent the next time', () => {
  test('fails if no receiver listens, and status shows the number of unsent records', async () => {
    const { port } = await startAndStop();
    configure({ to: `tcp://127.0.0.1:${String(port)}` });
    const ended = await run(['audit', 'forward']);
    expect(ended).toMatchObject({ code: UNAVAILABLE });
    expect(ended.stderr).toContain('ECONNREFUSED');
    const { stdout } = await run(['audit', 'forward', '--status']);
    expect(stdout).toMatch(/ has received 0 records; \d+ are waiting, the oldest from \d{4}-/);
  });

  test.skipIf(skipBecause('kills at a system call', whyNoPrograms(['strace'])))(
    'delivers every record, some of them twice, if the command is killed at any rename',
    async () => {
      await using receiver = await startReceiver();
      configure({ to: tcp(receiver) });
      let kills = 0;
      for (let at = 1; ; at += 1) {
        const parameters = ['audit', 'forward'];
        const renames = ['rename', 'renameat', 'renameat2'];
        if (!(await runPosternKilledAt(at, renames, parameters, options()))) break;
        kills += 1;
      }
      expect(kills).toBeGreaterThan(0);
      const { sent } = v.parse(Sent, await behind());
      const numbers = new Set(receiver.numbers());
      expect(numbers).toEqual(new Set(upTo(sent)));
      expect(receiver.numbers().length).toBeGreaterThan(sent);
    },
  );

  test('with two processes, one sends and the other reports that', async () => {
    await using receiver = await startReceiver({ treat: (at) => (at === 1 ? 'leave' : 'read') });
    configure({ to: tcp(receiver) });
    await using sending = startPostern(['audit', 'forward'], options());
    await receiver.connected;
    const second = await run(['audit', 'forward']);
    await sending.stop('SIGKILL');
    expect(second).toMatchObject({ code: BUSY });
    expect(second.stderr).toContain('Another process is sending the audit log.');
    expect(await run(['audit', 'forward'])).toMatchObject({ code: 0 });
    expect(receiver.numbers()).toEqual(upTo(receiver.numbers().length));
  });
});

async function startAndStop(): Promise<{ readonly port: number }> {
  await using receiver = await startReceiver();
  return { port: receiver.port };
}

/** Only limits a hang. */
const SOON = { timeout: 120_000, interval: 50 };

describe('a process that holds the vault unlocked', () => {
  test('sends in the background, resumes when the receiver is back, and delays nothing', async () => {
    const { port } = await startAndStop();
    configure({ to: `tcp://127.0.0.1:${String(port)}` });
    await using up = await upPostern(options());
    await up.program.waitFor(/The audit log isn't being sent: [^\n]*postern audit forward/);
    expect(await run(['secret', 'set', 'mine'], `${VALUE}-2`)).toMatchObject({ code: 0 });
    await using receiver = await startReceiver({ port });
    await expect.poll(() => receiver.text(), SOON).toContain('"name":"mine"');
    await up.program.waitFor(/The audit log is being sent again/);
    await expect.poll(behind, SOON).toMatchObject({ behind: 0 });
    const numbers = receiver.numbers();
    expect(numbers).toEqual(upTo(numbers.length));
    expect(await run(['vault', 'lock'])).toMatchObject({ code: 0 });
  });

  test('exits without waiting for a receiver that reads nothing', async () => {
    await using receiver = await startReceiver({ treat: () => 'leave' });
    configure({ to: tcp(receiver) });
    await using up = await upPostern(options());
    await receiver.connected;
    expect(await run(['secret', 'get', 'openai'])).toMatchObject({ code: 0 });
    expect(await run(['vault', 'lock'])).toMatchObject({ code: 0 });
    expect(await up.stop('SIGTERM')).toMatchObject({ code: 0 });
    expect(readFileSync(join(home.path, '.local/share/postern/forward.lock')).length).toBe(0);
  });

  test('sends in the background from the agent, and with --follow without an agent', async () => {
    await using receiver = await startReceiver();
    configure({ to: tcp(receiver) });
    await using agent = startPostern(['agent', '--ttl', '1h'], options());
    await expect.poll(() => receiver.text(), SOON).toContain('"agent.start"');
    expect(await agent.stop('SIGTERM')).toMatchObject({ code: 0 });
    await using follow = startPostern(['audit', 'forward', '--follow'], options());
    await expect.poll(() => receiver.text(), SOON).toContain('"agent.stop"');
    expect(await run(['secret', 'get', 'openai'])).toMatchObject({ code: 0 });
    await expect.poll(() => receiver.text(), SOON).toContain('"secret.read"');
    expect(await follow.stop('SIGTERM')).toMatchObject({ code: 0 });
    // Records that a stop cut off are sent again.
    const numbers = new Set(receiver.numbers());
    expect(numbers).toEqual(new Set(upTo(numbers.size)));
  });
});
