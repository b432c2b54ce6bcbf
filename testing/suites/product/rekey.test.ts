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
  whyNoKilling,
  type FreshHome,
  type PosternOptions,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { isExhaustive } from '../vault/kill/sampled.ts';
import { signIn } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const VALUE = 'sk-the-value-that-is-long-enough';
const TITLE = 'A conversation from before';
const REKEY = ['auth', 'storage', 'rekey'] as const;

/**
 * The renames of a change of the data key: the audit log's head (1), the journal (2), the secrets
 * under the new key (3), the two databases, the slots (6), which put it in force, the secrets (7), the
 * anchor (8). A kill comes as a rename is entered: the one before it is the last that was done.
 */
const RENAMINGS = { begun: 3, inForce: 7, beforeAnchor: 8 } as const;

const dataOf = (home: FreshHome): string => join(home.path, '.local', 'share', 'postern');
const inHome = (home: FreshHome): PosternOptions => ({
  environment: home.environment,
  passphrase: PASSPHRASE,
});

function copyData(from: FreshHome, to: FreshHome): void {
  mkdirSync(dirname(dataOf(to)), { recursive: true });
  execFileSync('cp', ['-a', dataOf(from), dataOf(to)]);
}

/** Every file below a directory, as it is now. */
function bytesIn(directory: string): ReadonlyMap<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
  return new Map(paths.map((path) => [path, readFileSync(path).toString('hex')]));
}

/** A home with a secret, a conversation and a gateway key; the key's text. */
async function furnish(options: PosternOptions): Promise<string> {
  const set = await runPostern(['secret', 'set', 'openai'], { ...options, input: VALUE });
  expect(set).toMatchObject({ code: 0 });
  const made = await runPostern(['key', 'create', 'laptop'], options);
  await using postern = await upPostern(options);
  const app = await signIn(postern.launchUrl);
  await app.request('POST', '/api/conversations', { title: TITLE });
  return made.stdout.trim();
}

/** Everything is there and whole; what the first command said on standard error. */
async function expectAllThere(options: PosternOptions): Promise<string> {
  const got = await runPostern(['secret', 'get', 'openai', '--raw'], options);
  expect(got).toMatchObject({ code: 0, stdout: VALUE });
  expect(await runPostern(['doctor'], options)).toMatchObject({ code: 0 });
  expect(await runPostern(['audit', 'verify'], options)).toMatchObject({ code: 0 });
  return got.stderr;
}

/** The running product shows the conversation, and its gateway knows the key. */
async function expectInUse(options: PosternOptions, key: string): Promise<void> {
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
    const key = await furnish(options);
    copyData(home, before);

    const changed = await runPostern([...REKEY, '--json'], options);
    expect(changed).toMatchObject({ code: 0 });
    expect(recoveryCodeIn(changed.stdout)).toMatch(/^postern1-/);
    expect(changed.stderr).toMatch(
      /encrypting conversations[^]*encrypting gateway[^]*a new process/,
    );
    expect(await expectAllThere(options)).not.toContain('data key');
    await expectInUse(options, key);
    const told = await runPostern(['audit', 'export'], options);
    expect(told.stdout).toMatch(/"action":"vault.rekey".*"outcome":"success"/);

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
          // The anchor knows the newest: an older file was put back, a newer one is of no use here.
          const said =
            to === home
              ? /is older than this vault's newest copy.*accept-rollback.*\[VAULT_ROLLED_BACK\]/
              : /a different data key than slots\.json.*Put back.*\[VAULT_DAMAGED\]/;
          expect(ended.stderr).toMatch(said);
        }
      }
    }
    await expectAllThere(inHome(before));
  });

  test('is rejected while Postern runs, while an agent has the vault unlocked, and without a vault', async () => {
    using home = freshHome();
    const options = inHome(home);
    expect(await runPostern(REKEY, options)).toMatchObject({ code: 4 });
    await furnish(options);
    const slots = join(dataOf(home), 'vault', 'slots.json');
    const before = readFileSync(slots);
    {
      // Locked: it waits for a passphrase, and would open the databases in the middle.
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
    'killed anywhere, keeps everything at the next start and reports the outcome',
    { timeout: 900_000 },
    async () => {
      using home = freshHome();
      const key = await furnish(inHome(home));
      const heard = new Set<string>();
      for (const [calls, moments] of [
        [['rename'], [1, 2, RENAMINGS.begun, 4, 5, 6, RENAMINGS.inForce, RENAMINGS.beforeAnchor]],
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
          const begun = existsSync(join(dataOf(killed), 'vault', 'journal.json'));
          const said = await expectAllThere(options);
          const [, outcome] = /(\S+) an interrupted data key change/.exec(said) ?? [];
          expect([calls, at, outcome !== undefined]).toEqual([calls, at, begun]);
          if (outcome !== undefined) heard.add(outcome);
          // Whatever was left is completed by the second start at the latest.
          expect(readdirSync(join(dataOf(killed), 'vault')).toSorted()).toEqual([
            ...['anchor.json', 'secrets.jwe.json', 'slots.json', 'vault.lock'],
          ]);
          if (calls[0] === 'rename') await expectInUse(options, key);
        }
      }
      expect([...heard].toSorted()).toEqual(['Continued', 'Finished']);
    },
  );

  test.skipIf(skipBecause('kills at system calls', whyNoKilling()))(
    'interrupted or unconfirmed, is reported by read-only commands, which change nothing',
    { timeout: 300_000 },
    async () => {
      using home = freshHome();
      await furnish(inHome(home));
      for (const [at, message] of [
        [RENAMINGS.begun, 'changing the data key is not finished'],
        [RENAMINGS.inForce, "a data key change isn't confirmed yet"],
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
        await expectAllThere(options);
      }
    },
  );

  test.skipIf(skipBecause('kills at system calls', whyNoKilling()))(
    'rekey finishes an interrupted one, and prints a recovery code that works',
    { timeout: 300_000 },
    async () => {
      using home = freshHome();
      const key = await furnish(inHome(home));
      for (const at of Object.values(RENAMINGS)) {
        using killed = freshHome();
        copyData(home, killed);
        const options = inHome(killed);
        expect(await runPosternKilledAt(at, ['rename'], REKEY, options)).toBe(true);
        const again = await runPostern([...REKEY, '--json'], options);
        expect(again).toMatchObject({ code: 0 });
        expect(JSON.parse(again.stdout)).toMatchObject({ rekeyed: true, resumed: true });
        expect(recoveryCodeIn(again.stdout)).toMatch(/^postern1-/);
        expect(existsSync(join(dataOf(killed), 'vault', 'journal.json'))).toBe(false);
        await expectAllThere(options);
        await expectInUse(options, key);
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
      const key = await furnish(options);
      const entries = async (): Promise<number> => {
        const found = await session.run('secret-tool', ['search', '--all', 'service', 'postern']);
        return `${found.stdout}${found.stderr}`.split('service = postern').length - 1;
      };
      const before = await entries();
      expect(await runPostern(REKEY, options)).toMatchObject({ code: 0 });
      expect(await entries()).toBe(before);
      await expectAllThere(options);
      await expectInUse(options, key);
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
      await expectAllThere({ environment });
    });

    test(
      'killed at any step, keeps everything at the next start',
      { timeout: 300_000 },
      async () => {
        await using session = await startKeyringSession('unlocked');
        const options = { environment: session.environment };
        const key = await furnish(options);
        for (const step of [
          /creating a new data key/,
          /re-encrypting conversations/,
          /re-encrypting gateway/,
          /switching to the new key/,
          /Recovery code/,
          /a new process can open/,
        ]) {
          const rekey = startPostern(REKEY, options);
          await rekey.waitFor(step);
          expect(await rekey.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
          await expectAllThere(options);
        }
        await expectInUse(options, key);
        const journal = join(dataOf(session.home), 'vault', 'journal.json');
        expect(existsSync(journal)).toBe(false);
      },
    );
  },
);
