import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject } from '@postern/kernel';
import {
  freshHome,
  runPostern,
  runPosternKilledAt,
  skipBecause,
  startKeyringSession,
  startPostern,
  upPostern,
  whyNoKeyringSession,
  isExhaustive,
  whyNoKilling,
  type FreshHome,
  type PosternOptions,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { signIn } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const VALUE = 'sk-the-value-that-is-long-enough';
const TITLE = 'A conversation from before';
const REKEY = ['auth', 'storage', 'rekey'] as const;

/**
 * The renames of a data key change: the audit log's head (1), the journal (2), the secrets under
 * the new key (3), the three databases, the slots (7), which activate the key, the secrets (8), the
 * anchor (9). A kill happens before a rename, so the previous rename is the last completed one.
 */
const RENAMES = { started: 3, active: 8, beforeAnchor: 9 } as const;

const dataOf = (home: FreshHome): string => join(home.path, '.local', 'share', 'postern');
const inHome = (home: FreshHome): PosternOptions => ({
  environment: home.environment,
  passphrase: PASSPHRASE,
});

function copyData(from: FreshHome, to: FreshHome): void {
  mkdirSync(dirname(dataOf(to)), { recursive: true });
  execFileSync('cp', ['-a', dataOf(from), dataOf(to)]);
}

/** Every file below a directory and its current content. */
function bytesIn(directory: string): ReadonlyMap<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
  return new Map(paths.map((path) => [path, readFileSync(path).toString('hex')]));
}

/** Creates a secret, a conversation and a gateway key. Returns the key. */
async function addContent(options: PosternOptions): Promise<string> {
  const set = await runPostern(['secret', 'set', 'openai'], { ...options, input: VALUE });
  expect(set).toMatchObject({ code: 0 });
  const made = await runPostern(['key', 'create', 'laptop', '--all-models'], options);
  await using postern = await upPostern(options);
  const app = await signIn(postern.launchUrl);
  await app.request('POST', '/api/conversations', { title: TITLE });
  return made.stdout.trim();
}

/** Checks that everything is intact. Returns the first command's standard error. */
async function expectIntact(options: PosternOptions): Promise<string> {
  const got = await runPostern(['secret', 'get', 'openai', '--raw'], options);
  expect(got).toMatchObject({ code: 0, stdout: VALUE });
  expect(await runPostern(['doctor'], options)).toMatchObject({ code: 0 });
  expect(await runPostern(['audit', 'verify'], options)).toMatchObject({ code: 0 });
  return got.stderr;
}

/** Checks that the running product shows the conversation and that its gateway accepts the key. */
async function expectUsable(options: PosternOptions, key: string): Promise<void> {
  await using postern = await upPostern(options);
  const app = await signIn(postern.launchUrl);
  expect(JSON.stringify(await app.request('GET', '/api/conversations'))).toContain(TITLE);
  const authorization = `Bearer ${key}`;
  const answer = await fetch(`${postern.address}/v1/models`, { headers: { authorization } });
  expect(answer.status).toBe(200);
  const refused = await fetch(`${postern.address}/v1/models`, {
    headers: { authorization: `${authorization.slice(0, -1)}x` },
  });
  expect(refused.status).toBe(401);
}

function recoveryCodeIn(stdout: string): string {
  const parsed: unknown = JSON.parse(stdout);
  expect(parsed).toMatchObject({ rekeyed: true });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- isJsonObject narrows what JSON.parse gave
  const json = parsed as Parameters<typeof isJsonObject>[0];
  const code = isJsonObject(json) ? json['recoveryCode'] : undefined;
  return typeof code === 'string' ? code : '';
}

describe('auth storage rekey with the encrypted file', () => {
  test('changes every key; the new key opens no old data and the old key no new data', async () => {
    using home = freshHome();
    using before = freshHome();
    const options = inHome(home);
    const key = await addContent(options);
    copyData(home, before);

    const changed = await runPostern([...REKEY, '--json'], options);
    expect(changed).toMatchObject({ code: 0 });
    expect(recoveryCodeIn(changed.stdout)).toMatch(/^postern1-/);
    expect(changed.stderr).toMatch(
      /encrypting conversations[^]*encrypting gateway[^]*a new process/,
    );
    expect(await expectIntact(options)).not.toContain('data key');
    await expectUsable(options, key);
    const exported = await runPostern(['audit', 'export'], options);
    expect(exported.stdout).toMatch(/"action":"vault.rekey".*"outcome":"success"/);

    for (const [file, command, code] of [
      ['vault/slots.json', ['secret', 'get', 'openai'], 6],
      ['vault/secrets.jwe.json', ['secret', 'get', 'openai'], 6],
      ['gateway.db', ['key', 'list'], 6],
      ['conversations.db', ['doctor'], 1],
    ] as const) {
      for (const [from, to] of [
        [before, home],
        [home, before],
      ] as const) {
        using mixed = freshHome();
        copyData(to, mixed);
        cpSync(join(dataOf(from), file), join(dataOf(mixed), file));
        const ended = await runPostern(command, inHome(mixed));
        expect([file, ended.code]).toEqual([file, code]);
        if (file.startsWith('vault/')) {
          // A restored older file is detected through the anchor; a newer file doesn't match the
          // others.
          const message =
            to === home
              ? /is older than this vault's newest copy.*accept-rollback.*\[VAULT_ROLLED_BACK\]/
              : /a different data key than slots\.json.*Put back.*\[VAULT_DAMAGED\]/;
          expect(ended.stderr).toMatch(message);
        }
      }
    }
    await expectIntact(inHome(before));
  });

  test('is rejected while Postern runs, while an agent has the vault unlocked, and without a vault', async () => {
    using home = freshHome();
    const options = inHome(home);
    expect(await runPostern(REKEY, options)).toMatchObject({ code: 4 });
    await addContent(options);
    const slots = join(dataOf(home), 'vault', 'slots.json');
    const before = readFileSync(slots);
    {
      // A locked app waits for a passphrase, and would open the databases in the middle of the
      // change.
      await using postern = await upPostern({ environment: home.environment });
      expect(postern.address).not.toBe('');
      const refused = await runPostern(REKEY, options);
      expect(refused).toMatchObject({ code: 7 });
      expect(refused.stderr).toMatch(/postern stop.*\[ALREADY_RUNNING\]/);
    }
    const held = await runPostern(['vault', 'unlock', '--ttl', '1m'], options);
    expect(held).toMatchObject({ code: 0 });
    const refused = await runPostern(REKEY, options);
    expect(refused.stderr).toMatch(/postern vault lock.*\[ALREADY_RUNNING\]/);
    await runPostern(['vault', 'lock'], options);
    const wrong = await runPostern(REKEY, { ...options, passphrase: 'not the passphrase' });
    expect(wrong.stderr).toContain('[VAULT_WRONG_PASSPHRASE]');
    expect(readFileSync(slots).equals(before)).toBe(true);
  });

  test.skipIf(skipBecause('kills at system calls', whyNoKilling()))(
    'keeps everything after a kill anywhere, and the next start reports the outcome',
    { timeout: 900_000 },
    async () => {
      using home = freshHome();
      const key = await addContent(inHome(home));
      const outcomes = new Set<string>();
      for (const [calls, moments] of [
        [['rename'], [1, 2, RENAMES.started, 4, 5, 6, 7, RENAMES.active, RENAMES.beforeAnchor]],
        [['fsync'], isExhaustive ? [1, 5, 9, 13, 17, 21, 25] : [1, 13, 25]],
        [['unlink'], isExhaustive ? [1, 4, 7, 10] : [1, 10]],
      ] as const) {
        for (const at of moments) {
          using killed = freshHome();
          copyData(home, killed);
          const options = inHome(killed);
          expect([calls, at, await runPosternKilledAt(at, calls, REKEY, options)]).toEqual([
            ...[calls, at, true],
          ]);
          const isInterrupted = existsSync(join(dataOf(killed), 'vault', 'journal.json'));
          const stderr = await expectIntact(options);
          const [, outcome] = /(\S+) an interrupted data key change/.exec(stderr) ?? [];
          expect([calls, at, outcome !== undefined]).toEqual([calls, at, isInterrupted]);
          if (outcome !== undefined) outcomes.add(outcome);
          // At the latest, the second start finishes what was interrupted.
          expect(readdirSync(join(dataOf(killed), 'vault')).toSorted()).toEqual([
            ...['anchor.json', 'secrets.jwe.json', 'slots.json', 'vault.lock'],
          ]);
          if (calls[0] === 'rename') await expectUsable(options, key);
        }
      }
      expect([...outcomes].toSorted()).toEqual(['Continued', 'Finished']);
    },
  );

  test.skipIf(skipBecause('kills at system calls', whyNoKilling()))(
    'read-only commands report an interrupted or unconfirmed change and change nothing',
    { timeout: 300_000 },
    async () => {
      using home = freshHome();
      await addContent(inHome(home));
      for (const [at, message] of [
        [RENAMES.started, 'changing the data key is not finished'],
        [RENAMES.active, "a data key change isn't confirmed yet"],
      ] as const) {
        using killed = freshHome();
        copyData(home, killed);
        const options = inHome(killed);
        expect(await runPosternKilledAt(at, ['rename'], REKEY, options)).toBe(true);
        const before = bytesIn(dataOf(killed));
        for (const command of [['status'], ['doctor'], ['auth', 'storage', 'status']]) {
          const plain = await runPostern(command, options);
          expect(plain).toMatchObject({ code: 0 });
          expect(plain.stdout).toMatch(new RegExp(`${message}.* Fix: postern`));
          const json = await runPostern([...command, '--json'], options);
          expect(JSON.stringify(JSON.parse(json.stdout))).toContain(`"message":"${message}`);
        }
        expect(bytesIn(dataOf(killed))).toEqual(before);
        await expectIntact(options);
      }
    },
  );

  test.skipIf(skipBecause('kills at system calls', whyNoKilling()))(
    'finishes an interrupted change, and prints a recovery code that works',
    { timeout: 300_000 },
    async () => {
      using home = freshHome();
      const key = await addContent(inHome(home));
      for (const at of Object.values(RENAMES)) {
        using killed = freshHome();
        copyData(home, killed);
        const options = inHome(killed);
        expect(await runPosternKilledAt(at, ['rename'], REKEY, options)).toBe(true);
        const again = await runPostern([...REKEY, '--json'], options);
        expect(again).toMatchObject({ code: 0 });
        expect(JSON.parse(again.stdout)).toMatchObject({ rekeyed: true, resumed: true });
        expect(recoveryCodeIn(again.stdout)).toMatch(/^postern1-/);
        expect(existsSync(join(dataOf(killed), 'vault', 'journal.json'))).toBe(false);
        await expectIntact(options);
        await expectUsable(options, key);
      }
    },
  );
});

const why = whyNoKeyringSession();

describe.skipIf(skipBecause('a new data key over GNOME Keyring', why))(
  'auth storage rekey with a keyring',
  () => {
    test('changes the key and leaves one keyring entry for it', async () => {
      await using session = await startKeyringSession('unlocked');
      const options = { environment: session.environment };
      const key = await addContent(options);
      const entries = async (): Promise<number> => {
        const found = await session.run('secret-tool', ['search', '--all', 'service', 'postern']);
        return `${found.stdout}${found.stderr}`.split('service = postern').length - 1;
      };
      const before = await entries();
      expect(await runPostern(REKEY, options)).toMatchObject({ code: 0 });
      expect(await entries()).toBe(before);
      await expectIntact(options);
      await expectUsable(options, key);
    });

    test('says that it needs the passphrase if the vault has one, and accepts it', async () => {
      await using session = await startKeyringSession('unlocked');
      const { environment } = session;
      const set = await runPostern(['secret', 'set', 'openai'], { environment, input: VALUE });
      expect(set).toMatchObject({ code: 0 });
      const add = ['vault', 'passphrase', '--new-passphrase-fd', '4'];
      const added = await runPostern(add, {
        environment,
        passphrase: PASSPHRASE,
        descriptors: [PASSPHRASE],
      });
      expect(added).toMatchObject({ code: 0 });

      for (const command of [REKEY, ['auth', 'storage', 'migrate', '--to', 'file']]) {
        const refused = await runPostern(command, { environment });
        expect(refused).toMatchObject({ code: 2 });
        expect(refused.stderr).toMatch(/also has a passphrase.*is needed.*--passphrase-fd N/);
        expect(refused.stderr).not.toContain('locked');
      }
      const wrong = await runPostern(REKEY, { environment, passphrase: 'not the passphrase' });
      expect(wrong.stderr).toContain('[VAULT_WRONG_PASSPHRASE]');
      const changed = await runPostern(REKEY, { environment, passphrase: PASSPHRASE });
      expect(changed).toMatchObject({ code: 0 });
      await expectIntact({ environment });
    });

    test('keeps everything after a kill at any step', { timeout: 300_000 }, async () => {
      await using session = await startKeyringSession('unlocked');
      const options = { environment: session.environment };
      const key = await addContent(options);
      for (const step of [
        /creating a new data key/,
        /re-encrypting conversations/,
        /re-encrypting gateway/,
        /switching to the new key/,
        /Recovery code/,
        /a new process can open/,
      ]) {
        await using rekey = startPostern(REKEY, options);
        await rekey.waitFor(step);
        expect(await rekey.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
        await expectIntact(options);
      }
      await expectUsable(options, key);
      const journal = join(dataOf(session.home), 'vault', 'journal.json');
      expect(existsSync(journal)).toBe(false);
    });
  },
);
