import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  runPostern,
  runPosternKilledAt,
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  whyNoKilling,
  whyNoPrograms,
  type KeyringSession,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-the-old-value-that-is-long-enough';

const runIn =
  (session: KeyringSession) =>
  async (parameters: readonly string[], input = '') =>
    await runPostern(parameters, {
      environment: session.environment,
      passphrase: PASSPHRASE,
      input,
    });

/** Counts Postern's entries in the keyring. */
async function entriesIn(session: KeyringSession): Promise<number> {
  const found = await session.run('secret-tool', ['search', '--all', 'service', 'postern']);
  return `${found.stdout}${found.stderr}`.split('service = postern').length - 1;
}

const why = whyNoKeyringSession() ?? whyNoPrograms(['secret-tool']);

describe.skipIf(skipBecause('migration from GNOME Keyring', why))('auth storage migrate', () => {
  test('moves from the keyring to the file and leaves nothing behind', async () => {
    await using session = await startKeyringSession('unlocked');
    const run = async (parameters: readonly string[], input = '') =>
      await runPostern(parameters, {
        environment: session.environment,
        passphrase: PASSPHRASE,
        input,
      });
    const migrate = ['auth', 'storage', 'migrate', '--to', 'file'];
    expect(await run(['secret', 'set', 'openai'], VALUE)).toMatchObject({ code: 0 });
    expect(await run([...migrate, '--from', 'file'])).toMatchObject({ code: 2 });
    const dry = await run([...migrate, '--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 0 });
    expect(JSON.parse(dry.stdout)).toMatchObject({ copied: ['openai'], removed: [], dryRun: true });

    const moved = await run([...migrate, '--remove-source']);
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.stdout).toMatch(/Moved 1 secrets from keyring to file\.\nRemoved: /);
    expect(`${moved.stdout}${moved.stderr}`).not.toContain(VALUE);
    await session.killKeyring();
    expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(VALUE);
    expect(await run(migrate)).toMatchObject({ code: 2 });
  });

  test('moves from the file to the keyring and leaves nothing on the disk', async () => {
    await using session = await startKeyringSession('unlocked');
    const run = runIn(session);
    const set = await run(['--storage', 'file', 'secret', 'set', 'openai'], VALUE);
    expect(set).toMatchObject({ code: 0 });
    const secrets = join(session.home.path, '.local/share/postern/vault/secrets.jwe.json');
    const before = readFileSync(secrets);
    const migrate = ['auth', 'storage', 'migrate', '--to', 'keyring'];
    const dry = await run([...migrate, '--dry-run']);
    expect(dry.stdout).toContain('Would move 1 secrets from file to keyring.');
    expect(readFileSync(secrets).equals(before)).toBe(true);
    expect(await entriesIn(session)).toBe(0);
    const moved = await run([...migrate, '--remove-source']);
    expect(moved.stdout).toMatch(/Moved 1 secrets from file to keyring\.\nRemoved: .*secrets/);
    expect(existsSync(secrets)).toBe(false);
    const got = await runPostern(['secret', 'get', 'openai', '--raw'], {
      environment: session.environment,
    });
    expect(got.stdout).toBe(VALUE);
  });

  test.skipIf(skipBecause('kills of a migration', whyNoKilling()))(
    'keeps the secret and can be resumed after a kill anywhere, in either direction',
    { timeout: 600_000 },
    async () => {
      await using session = await startKeyringSession('unlocked');
      const run = runIn(session);
      const options = { environment: session.environment, passphrase: PASSPHRASE };
      expect(await run(['secret', 'set', 'openai'], VALUE)).toMatchObject({ code: 0 });
      const to = (storage: string) => ['auth', 'storage', 'migrate', '--to', storage];
      for (const [calls, at] of [
        [['rename'], 1],
        [['rename'], 2],
        [['rename'], 3],
        [['fsync'], 3],
        [['unlink'], 1],
      ] as const) {
        for (const storage of ['file', 'keyring']) {
          const parameters = [...to(storage), '--remove-source'];
          await runPosternKilledAt(at, calls, parameters, options);
          const get = ['secret', 'get', 'openai', '--raw'];
          expect(await run(get)).toMatchObject({ stderr: '', stdout: VALUE });
          // Completed or restarted. If the storage was switched before the kill, the secret is
          // there already.
          const { code, stderr } = await run(parameters);
          expect([0, 2], stderr).toContain(code);
          const status = await run(['auth', 'storage', 'status', '--json']);
          expect(JSON.parse(status.stdout)).toMatchObject({ backend: storage });
          expect(await run(get)).toMatchObject({ stdout: VALUE });
          const journal = join(session.home.path, '.local/share/postern/vault/journal.json');
          expect(existsSync(journal)).toBe(false);
        }
      }
    },
  );
});
