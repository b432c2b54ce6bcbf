import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  runProgram,
  skipBecause,
  startKeyringSession,
  startProgram,
  whyNoKeyringSession,
  type Ended,
  type KeyringSession,
} from '@postern/testing';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BUILT = join(ROOT, 'apps', 'cli', 'dist', 'postern.cjs');
const VALUE = 'sk-ant-a-value-for-the-build-0123456789';

describe.skipIf(skipBecause('the build over a keyring', whyNoKeyringSession()))('the build', () => {
  beforeAll(async () => {
    const build = join(ROOT, 'tools', 'src', 'build-cli.ts');
    const environment = { PATH: process.env['PATH'] ?? '' };
    expect(await runProgram(process.execPath, [build], { environment })).toMatchObject({ code: 0 });
  });

  const postern = async (
    { environment }: KeyringSession,
    parameters: readonly string[],
    input?: string,
  ): Promise<Ended> =>
    await runProgram(process.execPath, ['--', BUILT, ...parameters], {
      environment,
      ...(input === undefined ? {} : { input }),
    });
  const inKeyring = async (session: KeyringSession): Promise<string> => {
    const found = await session.run('secret-tool', ['search', '--all', 'service', 'postern']);
    return `${found.stdout}${found.stderr}`;
  };
  const command = ['run', '--secret', 'KEY=postern://mine', '--', 'sh', '-c', 'echo "<$KEY>"'];

  test('runs a command with a secret of the keyring, recorded each time', async () => {
    await using session = await startKeyringSession('unlocked');
    expect(await postern(session, ['secret', 'set', 'mine'], VALUE)).toMatchObject({ code: 0 });
    expect(await inKeyring(session)).toMatch(/username = \+key\.audit-log@/);
    for (let times = 0; times < 2; times += 1) {
      const ended = await postern(session, command);
      expect(ended).toMatchObject({ code: 0, stdout: '<[masked]>\n', stderr: '' });
    }
    const log = await postern(session, ['audit', 'tail', '--json']);
    expect(log.stdout.match(/secret\.inject/g)).toHaveLength(2);
    expect(await postern(session, ['audit', 'verify'])).toMatchObject({ code: 0 });
    // Node caches the compiled code next to the build.
    expect(readdirSync(join(ROOT, 'apps/cli/dist/compiled')).length).toBeGreaterThan(0);
  });

  test("opens the vault if the audit log key isn't in the keyring, and stores it again", async () => {
    await using session = await startKeyringSession('unlocked');
    expect(await postern(session, ['secret', 'set', 'mine'], VALUE)).toMatchObject({ code: 0 });
    const [, account = ''] =
      /username = (\+key\.audit-log@\S+)/.exec(await inKeyring(session)) ?? [];
    await session.run('secret-tool', ['clear', 'service', 'postern', 'username', account]);
    expect(await inKeyring(session)).not.toContain(account);
    expect(await postern(session, command)).toMatchObject({ code: 0, stdout: '<[masked]>\n' });
    expect(await inKeyring(session)).toContain(account);
    expect(await postern(session, ['audit', 'verify'])).toMatchObject({ code: 0 });
  });

  test('removes the audit log key when the secrets leave the keyring', async () => {
    await using session = await startKeyringSession('unlocked');
    expect(await postern(session, ['secret', 'set', 'mine'], VALUE)).toMatchObject({ code: 0 });
    const move = ['auth', 'storage', 'migrate', '--to', 'file', '--remove-source'];
    const environment = { ...session.environment, POSTERN_PASSPHRASE: 'three blind mice run' };
    const moved = await postern({ ...session, environment }, move);
    expect(moved).toMatchObject({ code: 0 });
    expect(await inKeyring(session)).not.toContain('+key.');
  });

  test('serves the page', async () => {
    await using session = await startKeyringSession('unlocked');
    const { environment } = session;
    const parameters = ['--', BUILT, 'up', '--no-open', '--port', '0'];
    await using up = startProgram(process.execPath, parameters, { environment });
    const [, address = ''] = await up.waitFor(/Gateway\s+(http:\S+)\/v1\s/);
    const page = await fetch(`${address}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>');
    expect(await up.stop()).toMatchObject({ code: 0 });
  });
});
