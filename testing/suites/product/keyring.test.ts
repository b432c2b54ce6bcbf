import {
  runPostern,
  skipBecause,
  startChromium,
  startKeyringSession,
  upPostern,
  whyNoKeyringSession,
  whyNoPrograms,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { ask, walkFirstRun } from './walk-first-run.ts';

const why = whyNoKeyringSession() ?? whyNoPrograms(['chromium', 'secret-tool']);

describe.skipIf(skipBecause('the product over GNOME Keyring', why))('with a keyring', () => {
  test('asks for no passphrase, and secret-tool finds the entry', async () => {
    await using session = await startKeyringSession('unlocked');
    const environment = { environment: session.environment };
    {
      await using postern = await upPostern(environment);
      await using browser = await startChromium({ origins: [postern.pageAddress] });
      await walkFirstRun(browser.page, postern.launchUrl, 'keyring');
      await ask(browser.page, 'A question kept in the keyring');
    }
    await using postern = await upPostern(environment);
    await using browser = await startChromium({ origins: [postern.pageAddress] });
    await browser.page.goto(postern.launchUrl);
    await browser.page.getByRole('link', { name: /kept in the keyring/ }).waitFor();

    const found = await session.run('secret-tool', ['search', '--all', 'service', 'postern']);
    expect(`${found.stdout}${found.stderr}`).toContain('service = postern');
  });

  test('a secret set with the command is in the keyring and not on the disk', async () => {
    await using session = await startKeyringSession('unlocked');
    const environment = { environment: session.environment };
    const value = 'sk-ant-marked-value-of-a-test-0123456789';
    const set = await runPostern(['secret', 'set', 'anthropic'], { ...environment, input: value });
    expect(set).toMatchObject({ code: 0 });
    const got = await runPostern(['secret', 'get', 'anthropic', '--raw'], environment);
    expect(got.stdout).toBe(value);
    const listed = await runPostern(['secret', 'list', '--json'], environment);
    expect(listed.stdout).toContain('anthropic');
    expect(listed.stdout).not.toContain(value);
    const removed = await runPostern(['secret', 'rm', 'anthropic', '--yes'], environment);
    expect(removed.code).toBe(0);
    const gone = await runPostern(['secret', 'get', 'anthropic'], environment);
    expect(gone.code).toBe(4);
  });

  test.each([
    ['no-bus', 5, /no session bus/],
    ['no-keyring', 5, /KEYRING_UNAVAILABLE/],
    ['locked', 3, /KEYRING_LOCKED/],
  ] as const)(
    '--storage keyring exits with a specific code if the keyring is %s',
    async (kind, code, words) => {
      await using session = await startKeyringSession(kind);
      const ended = await runPostern(['--storage', 'keyring', 'secret', 'set', 'openai'], {
        environment: session.environment,
        input: 'sk-a-value-that-is-long-enough',
      });
      expect(ended.code).toBe(code);
      expect(ended.stderr).toMatch(words);
      expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    },
  );
});
