import {
  runPostern,
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  whyNoPrograms,
  type KeyringSession,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';

const VALUE = 'sk-a-value-of-another-program-0123';
const why = whyNoKeyringSession() ?? whyNoPrograms(['secret-tool']);

async function store(session: KeyringSession, value: string, attributes: readonly string[]) {
  const stored = await session.run('secret-tool', ['store', '--label=x', ...attributes], value);
  expect(stored).toMatchObject({ code: 0 });
}

async function isThere(session: KeyringSession, attributes: readonly string[]): Promise<boolean> {
  return (await session.run('secret-tool', ['lookup', ...attributes])).stdout !== '';
}

const importing = async (session: KeyringSession, parameters: readonly string[]) =>
  await runPostern(['secret', 'import', ...parameters], { environment: session.environment });

const valueOf = async (session: KeyringSession, name: string): Promise<string> =>
  (await runPostern(['secret', 'get', name, '--raw'], { environment: session.environment })).stdout;

describe.skipIf(skipBecause('importing out of GNOME Keyring', why))('secret import --from', () => {
  test('imports all accounts of a service; a dry run changes nothing', async () => {
    await using session = await startKeyringSession('unlocked');
    const [first, second] = [
      ['service', 'their-app', 'username', 'OpenAI'],
      ['service', 'their-app', 'username', 'groq'],
    ];
    await store(session, VALUE, first);
    await store(session, `${VALUE}2`, second);
    const from = ['--from', 'keyring:python-keyring', '--service', 'their-app'];
    const dry = await importing(session, [...from, '--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 0 });
    expect(JSON.parse(dry.stdout)).toMatchObject({
      format: 'keyring:python-keyring',
      secrets: [{ outcome: 'would-import' }, { outcome: 'would-import' }],
      leftovers: [{ exposure: 'keyring-item' }, { exposure: 'keyring-item' }],
      destroyed: [],
    });
    expect(await valueOf(session, 'openai')).toBe('');

    const kept = await importing(session, from);
    expect(kept).toMatchObject({ code: 0 });
    expect(kept.stdout).toMatch(/Still exposed: keyring item service=their-app username=OpenAI/);
    expect(await valueOf(session, 'openai')).toBe(VALUE);
    expect(await valueOf(session, 'groq')).toBe(`${VALUE}2`);
    expect(await isThere(session, first)).toBe(true);

    const done = await importing(session, [...from, '--destroy', '--yes']);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/Destroyed: keyring item service=their-app username=groq/);
    expect([await isThere(session, first), await isThere(session, second)]).toEqual([false, false]);
    expect(await valueOf(session, 'openai')).toBe(VALUE);
    expect(`${dry.stdout}${kept.stdout}${done.stdout}`).not.toContain(VALUE);
  });

  test.each<readonly [string, readonly string[], string, readonly string[], string]>([
    [
      'python-keyring in the KeePassXC scheme',
      ['Title', 'svc', 'UserName', 'me'],
      VALUE,
      ['--from', 'keyring:python-keyring-keepassxc', '--service', 'svc', '--account', 'me'],
      'me',
    ],
    [
      '99designs/keyring',
      ['profile', 'claude-gate.anthropic'],
      JSON.stringify({ Key: 'x', Data: Buffer.from(VALUE).toString('base64') }),
      ['--from', 'keyring:99designs', '--account', 'claude-gate.anthropic'],
      'claude-gate.anthropic',
    ],
    [
      'Claude for Linux',
      ['service', 'claude-for-linux', 'username', 'anthropic-api-key'],
      VALUE,
      ['--from', 'keyring:claude-for-linux'],
      'anthropic',
    ],
    [
      'custom attributes',
      ['tool', 'mine', 'key', 'work'],
      VALUE,
      ['--from', 'keyring', '--attribute', 'tool=mine', '--attribute', 'key=work', '--as', 'work'],
      'work',
    ],
  ])('reads items of %s', async (_, attributes, stored, parameters, name) => {
    await using session = await startKeyringSession('unlocked');
    await store(session, stored, attributes);
    expect(await importing(session, parameters)).toMatchObject({ code: 0 });
    expect(await valueOf(session, name)).toBe(VALUE);
  });

  test('destroys nothing if several items match the attributes', async () => {
    await using session = await startKeyringSession('unlocked');
    await store(session, VALUE, ['tool', 'mine', 'key', 'one']);
    await store(session, 'another', ['tool', 'mine', 'key', 'two']);
    const from = ['--from', 'keyring', '--attribute', 'tool=mine', '--as', 'mine'];
    const ended = await importing(session, [...from, '--destroy', '--yes']);
    expect(ended.stdout).toContain('Still exposed: keyring item tool=mine');
    expect(await isThere(session, ['tool', 'mine', 'key', 'one'])).toBe(true);
    expect(await isThere(session, ['tool', 'mine', 'key', 'two'])).toBe(true);
  });

  test.each<readonly [string, readonly string[], number, string]>([
    ['neither path nor source', [], 2, 'USAGE'],
    ['both', ['/tmp', '--from', 'keyring'], 2, 'USAGE'],
    ['no service', ['--from', 'keyring:keyring-rs'], 2, 'USAGE'],
    ['no attributes', ['--from', 'keyring', '--as', 'x'], 2, 'USAGE'],
    [
      'the login of Claude Code',
      ['--from', 'keyring:python-keyring', '--service', 'Claude Code-credentials'],
      8,
      'IMPORT_FORBIDDEN',
    ],
  ])('refuses %s', async (_, parameters, code, word) => {
    await using session = await startKeyringSession('unlocked');
    const ended = await importing(session, parameters);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(word)]);
  });
});
