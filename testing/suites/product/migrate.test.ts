import {
  runPostern,
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-the-old-value-that-is-long-enough';

const why = whyNoKeyringSession();

describe.skipIf(skipBecause('migration from GNOME Keyring', why))('auth storage migrate', () => {
  test('from the keyring to the file; nothing stays behind', async () => {
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
});
