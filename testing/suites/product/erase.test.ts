import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  formsOfText,
  freshHome,
  mountLoopDisk,
  runPostern,
  runPosternKilledAt,
  sampled,
  skipBecause,
  startKeyringSession,
  upPostern,
  whyNoKeyringSession,
  whyNoKilling,
  whyNoLoopDisk,
  type FreshHome,
  type PosternOptions,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { signIn } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const KEY = 'sk-the-marked-key-that-is-long-enough';
const TITLE = 'the marked title of a chat';
const DRAFT = 'the marked text that was never sent';
const ERASE = ['erase', '--yes-erase-everything'] as const;

const dataOf = (home: string): string => join(home, '.local', 'share', 'postern');
const configOf = (home: string): string => join(home, '.config', 'postern');
const withPassphrase = (environment: PosternOptions['environment']): PosternOptions => ({
  environment,
  passphrase: PASSPHRASE,
});

/** Creates a key, a chat, a draft, settings and a backup. */
async function addContent(options: PosternOptions, backup: string): Promise<void> {
  const set = await runPostern(['secret', 'set', 'openai'], { ...options, input: KEY });
  expect(set).toMatchObject({ code: 0 });
  await using postern = await upPostern(options);
  const app = await signIn(postern.launchUrl);
  await app.request('POST', '/api/conversations', { title: TITLE });
  await app.request('PUT', '/api/drafts', { conversation: null, text: DRAFT });
  await app.request('PATCH', '/api/settings', { theme: 'dark' });
  await postern.stop();
  const made = ['auth', 'storage', 'backup', backup, '--backup-passphrase-fd', '4'];
  const given = { ...options, passphrase: PASSPHRASE, descriptors: ['of the backup alone'] };
  expect(await runPostern(made, given)).toMatchObject({ code: 0 });
}

describe.skipIf(skipBecause('an erased ext4 image', whyNoLoopDisk()))('an erased home', () => {
  test('is in no block of its disk: no text of a chat, no key, and nothing that opens the vault', async () => {
    using disk = mountLoopDisk();
    using home = freshHome();
    const HOME = join(disk.path, 'user');
    mkdirSync(HOME, { mode: 0o700 });
    const options = withPassphrase({ ...home.environment, HOME });
    await addContent(options, join(HOME, 'backup'));
    const slots = readFileSync(join(dataOf(HOME), 'vault', 'slots.json'), 'utf8');
    const wrapped = [...slots.matchAll(/"wrapped":"([\w-]+)"/g)].map(([, text]) => text ?? '');
    expect(wrapped.length).toBeGreaterThan(2);
    const before = withImage(disk, HOME, wrapped);
    expect(before.missing).toEqual([]);
    expect(await runPostern([...ERASE, '--json'], options)).toMatchObject({ code: 0 });
    expect(readdirSync(HOME)).not.toContain('backup');
    expect(existsSync(dataOf(HOME))).toBe(false);
    expect(existsSync(configOf(HOME))).toBe(false);
    disk.unmount();
    const blocks = readFileSync(disk.image);
    const found = [KEY, TITLE, DRAFT, PASSPHRASE]
      .flatMap((text) => formsOfText(text))
      .concat(wrapped.map((text) => ['a wrapped key', Buffer.from(text)] as const))
      .filter(([, bytes]) => blocks.includes(bytes))
      .map(([form]) => form);
    expect(found).toEqual([]);
  });
});

/** The wrapped keys that aren't in the image of a home that wasn't erased: the search finds what is there. */
function withImage(
  { image }: { readonly image: string },
  home: string,
  wrapped: readonly string[],
): { readonly missing: readonly string[] } {
  execFileSync('sync', ['-f', home]);
  const blocks = readFileSync(image);
  return { missing: wrapped.filter((text) => !blocks.includes(Buffer.from(text))) };
}

describe('postern erase', () => {
  test('stops a running Postern and its agent, and erases their home', async () => {
    using home = freshHome();
    const options = withPassphrase(home.environment);
    await addContent(options, join(home.path, 'backup'));
    expect(await runPostern(['vault', 'unlock'], options)).toMatchObject({ code: 0 });
    await using postern = await upPostern(options);
    const erased = await runPostern([...ERASE, '--json'], { environment: home.environment });
    expect(erased).toMatchObject({ code: 0 });
    expect(JSON.parse(erased.stdout)).toMatchObject({ failed: [], kept: [] });
    await postern.program.ended;
    expect(existsSync(dataOf(home.path))).toBe(false);
    expect(existsSync(join(home.path, 'backup'))).toBe(false);
    // The home can be used again, with nothing of before.
    const listed = await runPostern(['secret', 'list'], options);
    expect(`${listed.stdout}${listed.stderr}`).not.toContain('openai');
  });

  test('asks first, and changes nothing without an answer or in a dry run', async () => {
    using home = freshHome();
    const options = withPassphrase(home.environment);
    await addContent(options, join(home.path, 'backup'));
    const plan = await runPostern(['erase', '--dry-run'], options);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toContain('Would erase: chats');
    expect(await runPostern(['erase'], options)).toMatchObject({ code: 2 });
    expect(await runPostern(['secret', 'get', 'openai', '--raw'], options)).toMatchObject({
      ...{ code: 0, stdout: KEY },
    });
  });

  test('names what it does not erase, with its characters made harmless', async () => {
    using home = freshHome();
    const options = withPassphrase(home.environment);
    await addContent(options, join(home.path, 'backup'));
    writeFileSync(join(dataOf(home.path), 'mine\u001b[2J'), 'mine');
    const erased = await runPostern(ERASE, options);
    expect(erased).toMatchObject({ code: 0 });
    expect(erased.stdout).toContain('Kept: ');
    expect(erased.stdout).not.toContain('\u001b');
    expect(readdirSync(dataOf(home.path))).toEqual(['mine\u001b[2J']);
  });

  test('has nothing to do in a home that does not exist', async () => {
    using home = freshHome();
    const erased = await runPostern(ERASE, { environment: home.environment });
    expect(erased).toMatchObject({ code: 0 });
    expect(erased.stdout).toContain('There is nothing to erase');
  });
});

const CALLS = ['unlink', 'unlinkat', 'rmdir', 'rename', 'fsync', 'pwrite64', 'fchmod'];
const POINTS = 14;

describe.skipIf(skipBecause('an erase that is killed', whyNoKilling()))('a killed erase', () => {
  test('leaves the home whole, or the next command finishes it', async () => {
    using source = freshHome();
    await addContent(withPassphrase(source.environment), join(source.path, 'backup'));
    const outcomes = new Set<string>();
    const tryAt = async (at: number): Promise<boolean> => {
      using home = copyOf(source);
      const options = withPassphrase(home.environment);
      const wasKilled = await runPosternKilledAt(at, CALLS, ERASE, {
        environment: home.environment,
      });
      const got = await runPostern(['secret', 'get', 'openai', '--raw'], options);
      if (got.code === 0) {
        expect(got.stdout).toBe(KEY);
        expect(await runPostern(['doctor'], options)).toMatchObject({ code: 0 });
        outcomes.add('whole');
      } else {
        const left = existsSync(dataOf(home.path)) ? readdirSync(dataOf(home.path)) : [];
        expect(left.filter((name) => !/\.lock$|^run$/.test(name))).toEqual([]);
        expect(existsSync(join(configOf(home.path), 'config.json'))).toBe(false);
        outcomes.add('erased');
      }
      return wasKilled;
    };
    let last = 1;
    while (await tryAt(last)) last *= 2;
    for (const at of sampled(last, POINTS)) await tryAt(at);
    expect([...outcomes].sort()).toEqual(['erased', 'whole']);
  });
});

function copyOf(source: FreshHome): FreshHome {
  const home = freshHome();
  for (const of of [dataOf, configOf]) {
    mkdirSync(dirname(of(home.path)), { recursive: true });
    execFileSync('cp', ['-a', of(source.path), of(home.path)]);
  }
  return home;
}

describe.skipIf(skipBecause('an erase with a keyring', whyNoKeyringSession()))(
  'with the keyring',
  () => {
    test('removes every entry of the vault, and nothing else', async () => {
      await using session = await startKeyringSession('unlocked');
      const options = { environment: session.environment };
      const set = await runPostern(['secret', 'set', 'openai'], { ...options, input: KEY });
      expect(set).toMatchObject({ code: 0 });
      const entries = async (): Promise<number> => {
        const found = await session.run('secret-tool', ['search', '--all', 'service', 'postern']);
        return `${found.stdout}${found.stderr}`.split('service = postern').length - 1;
      };
      expect(await entries()).toBeGreaterThan(3);
      expect(await runPostern(ERASE, options)).toMatchObject({ code: 0 });
      expect(await entries()).toBe(0);
    });
  },
);
