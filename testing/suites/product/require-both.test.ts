import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  runPostern,
  skipBecause,
  startKeyringSession,
  startPostern,
  upPostern,
  whyNoKeyringSession,
  whyNoPrograms,
  type Ended,
  type KeyringSession,
  type PosternUp,
} from '@postern/testing';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const VALUE = 'sk-the-value-that-is-long-enough';
const TITLE = 'A conversation from before';
const NEXT = 'four calling birds today';
const ON = ['vault', 'require-both', 'on'] as const;

const why = whyNoKeyringSession() ?? whyNoPrograms(['secret-tool']);
const Code = v.object({ recoveryCode: v.string() });

let session: KeyringSession;

/** Runs a command, with the passphrase only if it is given. */
async function run(command: readonly string[], passphrase?: string): Promise<Ended> {
  const { environment } = session;
  return await runPostern(command, {
    environment,
    ...(passphrase === undefined ? {} : { passphrase }),
  });
}

const vaultDirectory = () => join(session.home.path, '.local', 'share', 'postern', 'vault');
const journal = () => join(vaultDirectory(), 'journal.json');

/** Everything that the keyring has of Postern: attributes and values. */
async function keyringContent(): Promise<string> {
  const found = await session.run('secret-tool', ['search', '--all', 'service', 'postern']);
  return `${found.stdout}${found.stderr}`;
}

async function up(): Promise<{ readonly postern: PosternUp; readonly app: AppClient }> {
  const postern = await upPostern({ environment: session.environment });
  return { postern, app: await signIn(postern.launchUrl) };
}

/** Whether the secret and the chat are there, with the passphrase or without one. */
async function expectIntact(passphrase?: string): Promise<void> {
  const got = await run(['secret', 'get', 'openai', '--raw'], passphrase);
  expect(got).toMatchObject({ code: 0, stdout: VALUE });
  const output = join(session.home.path, `chats-${String(Math.random()).slice(2)}.md`);
  const chats = ['chat', 'export', '--all', '--format', 'markdown', '--output', output];
  expect((await run(chats, passphrase)).stdout).toContain('1 chat');
  expect(await run(['doctor'], passphrase)).toMatchObject({ code: 0 });
}

describe.skipIf(skipBecause('a passphrase on top of GNOME Keyring', why))(
  'a vault that requires the keyring and the passphrase',
  () => {
    beforeEach(async () => {
      session = await startKeyringSession('unlocked');
      const { environment } = session;
      const set = await runPostern(['secret', 'set', 'openai'], { environment, input: VALUE });
      expect(set).toMatchObject({ code: 0 });
      const { postern, app } = await up();
      await app.request('POST', '/api/conversations', { title: TITLE });
      await postern[Symbol.asyncDispose]();
      await expectIntact();
      expect(await keyringContent()).toContain(VALUE);
    });

    afterEach(async () => {
      await session[Symbol.asyncDispose]();
    });

    test('opens with both, not with what the keyring has, and shows it', async () => {
      const shown = await run(['vault', 'require-both', '--json']);
      expect(JSON.parse(shown.stdout)).toEqual({ requireBoth: false, unlocksWith: 'keyring' });
      const set = await run([...ON, '--json'], PASSPHRASE);
      expect(set).toMatchObject({ code: 0 });
      expect(JSON.parse(set.stdout)).toMatchObject({ requireBoth: true, changed: true });
      expect(v.parse(Code, JSON.parse(set.stdout)).recoveryCode).toMatch(/^postern1-/);
      await expectIntact(PASSPHRASE);
      expect((await run(['vault', 'require-both'])).stdout).toContain('together');
      const status = await run(['auth', 'storage', 'status', '--json']);
      expect(JSON.parse(status.stdout)).toMatchObject({
        ...{ backend: 'file', state: 'locked' },
        slots: [{ kind: 'keyring-passphrase' }, { kind: 'recovery' }],
      });

      for (const command of [
        ['secret', 'get', 'openai'],
        ['vault', 'unlock'],
        ['key', 'list'],
      ]) {
        expect(await run(command)).toMatchObject({ code: 3 });
      }
      expect(await run(['secret', 'get', 'openai'], NEXT)).toMatchObject({ code: 8 });
      const content = await keyringContent();
      expect(content).not.toContain(VALUE);
      expect(content.match(/username = \+slot\./g)?.length).toBe(1);
      expect(content).not.toContain('+key.');
      const file = readFileSync(join(vaultDirectory(), 'secrets.jwe.json'), 'utf8');
      expect(file).not.toContain('PBES2');

      const again = await run([...ON, '--json'], PASSPHRASE);
      expect(JSON.parse(again.stdout)).toMatchObject({ requireBoth: true, changed: false });
    });

    test("doesn't open with the passphrase alone: keyring locked, lost, or without its part", async () => {
      expect(await run(ON, PASSPHRASE)).toMatchObject({ code: 0 });
      const get = ['secret', 'get', 'openai', '--raw'];
      const slot = /username = (\+slot\.\S+)/.exec(await keyringContent())?.[1] ?? '';
      await session.lock();
      const locked = await run(get, PASSPHRASE);
      expect(locked).toMatchObject({ code: 3 });
      expect(locked.stderr).toContain('[KEYRING_LOCKED]');
      await session.killKeyring();
      const gone = await run(get, PASSPHRASE);
      expect(gone).toMatchObject({ code: 5 });
      expect((await run(['doctor'])).stdout).toMatch(/fail {2}Keyring/);
      expect(gone.stderr).toMatch(/recovery --use --passphrase-only.*KEYRING_PART_MISSING/);
      expect(slot).not.toBe('');
    });

    test('says what to do if the entry in the keyring was removed', async () => {
      expect(await run(ON, PASSPHRASE)).toMatchObject({ code: 0 });
      const slot = /username = (\+slot\.\S+)/.exec(await keyringContent())?.[1] ?? '';
      await session.run('secret-tool', ['clear', 'service', 'postern', 'username', slot]);
      const removed = await run(['secret', 'get', 'openai'], PASSPHRASE);
      expect(removed).toMatchObject({ code: 5 });
      expect(removed.stderr).toMatch(/lacks its part/);
      expect(removed.stderr).toMatch(/postern vault recovery --use --passphrase-only/);
    });

    test('changes its passphrase and data key, and still requires both', async () => {
      expect(await run(ON, PASSPHRASE)).toMatchObject({ code: 0 });
      const changed = await runPostern(['vault', 'passphrase', '--new-passphrase-fd', '4'], {
        environment: session.environment,
        passphrase: PASSPHRASE,
        descriptors: [NEXT],
      });
      expect(changed).toMatchObject({ code: 0 });
      expect(await run(['auth', 'storage', 'rekey'], NEXT)).toMatchObject({ code: 0 });
      await expectIntact(NEXT);
      expect(await run(['secret', 'list'], PASSPHRASE)).toMatchObject({ code: 8 });
      expect((await run(['vault', 'require-both'])).stdout).toContain('together');
      expect((await keyringContent()).match(/username = \+slot\./g)?.length).toBe(1);
    });

    test('can be turned off, to the keyring alone or to the passphrase alone', async () => {
      const off = ['vault', 'require-both', 'off'];
      expect(await run(ON, PASSPHRASE)).toMatchObject({ code: 0 });
      expect(await run(off)).toMatchObject({ code: 3 });
      expect(await run(off, NEXT)).toMatchObject({ code: 8 });
      expect(await run(off, PASSPHRASE)).toMatchObject({ code: 0 });
      await expectIntact();
      expect((await keyringContent()).match(/username = \+slot\./g)?.length).toBe(1);
      expect(existsSync(join(vaultDirectory(), 'secrets.jwe.json'))).toBe(false);

      expect(await run(ON, PASSPHRASE)).toMatchObject({ code: 0 });
      expect(await run([...off, '--to', 'passphrase'], PASSPHRASE)).toMatchObject({ code: 0 });
      expect(await keyringContent()).not.toContain('service = postern');
      await session.killKeyring();
      await expectIntact(PASSPHRASE);
    });

    test('is erased with its entry in the keyring', async () => {
      expect(await run(ON, PASSPHRASE)).toMatchObject({ code: 0 });
      const erased = await run(['erase', '--yes-erase-everything'], PASSPHRASE);
      expect(erased).toMatchObject({ code: 0 });
      expect(await keyringContent()).not.toContain('service = postern');
    });

    test('keeps everything after a kill at any step', { timeout: 600_000 }, async () => {
      for (const step of [
        /creating a new data key/,
        /re-encrypting the secrets/,
        /re-encrypting conversations/,
        /switching to the new key/,
        /Recovery code/,
        /a new process can open/,
      ]) {
        const { environment } = session;
        await using on = startPostern(ON, { environment, passphrase: PASSPHRASE });
        await on.waitFor(step);
        expect(await on.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
        await expectIntact(PASSPHRASE);
        expect(existsSync(journal())).toBe(false);
        const left = readdirSync(vaultDirectory()).filter((name) => name.includes('next'));
        expect(left).toEqual([]);
        expect(await run(ON, PASSPHRASE)).toMatchObject({ code: 0 });
        await expectIntact(PASSPHRASE);
        expect(await run(['vault', 'require-both', 'off'], PASSPHRASE)).toMatchObject({ code: 0 });
        await expectIntact();
      }
    });
  },
);

describe.skipIf(skipBecause('a passphrase on top of GNOME Keyring in the app', why))(
  'requiring both in the running app',
  () => {
    let postern: PosternUp;
    let app: AppClient;

    const renew = async (body: unknown) => await app.request('POST', '/api/vault/renew', body);
    const unlock = async (body: unknown) => await app.request('POST', '/api/unlock', body);
    /** Locks the vault and continues with a new session, which may try the keyring. */
    const lock = async () => {
      await app.request('POST', '/api/lock');
      app = await signIn((await run(['open'])).stdout.trim());
    };
    const titles = async () => JSON.stringify(await app.request('GET', '/api/conversations'));
    const turnOn = async () => await renew({ unlockWith: 'both', newPassphrase: PASSPHRASE });

    beforeEach(async () => {
      session = await startKeyringSession('unlocked');
      ({ postern, app } = await up());
      await app.request('POST', '/api/setup', { storage: 'keyring' });
      await app.request('POST', '/api/conversations', { title: TITLE });
    });

    afterEach(async () => {
      await postern[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    });

    test('locks, and neither the keyring nor a restart opens it without the passphrase', async () => {
      const other = await signIn((await run(['open'])).stdout.trim());
      const renewed = await turnOn();
      expect(renewed).toMatchObject({
        state: { phase: 'ready', storage: 'file', requiresBoth: true },
      });
      expect(JSON.stringify(renewed)).not.toContain('"problem"');
      const { recoveryCode } = v.parse(Code, renewed);
      expect(await titles()).toContain(TITLE);
      // No command changes it while the app has the vault open.
      const busy = await run(['vault', 'require-both', 'off'], PASSPHRASE);
      expect(busy.stderr).toContain('[ALREADY_RUNNING]');
      await expect(other.request('GET', '/api/conversations')).rejects.toThrow('401');
      await lock();
      await expect(unlock({ keyring: true })).rejects.toThrow('SLOT_MISSING');
      await expect(unlock({ passphrase: NEXT })).rejects.toThrow('VAULT_WRONG_PASSPHRASE');
      await unlock({ passphrase: PASSPHRASE });
      expect(await titles()).toContain(TITLE);

      await postern[Symbol.asyncDispose]();
      ({ postern, app } = await up());
      expect(await app.request('GET', '/api/state')).toMatchObject({ phase: 'locked' });
      await session.killKeyring();
      await expect(unlock({ passphrase: PASSPHRASE })).rejects.toThrow('KEYRING_PART_MISSING');
      await unlock({ recoveryCode });
      expect(await titles()).toContain(TITLE);
      // With the keyring gone, the recovery code turns it off.
      const off = await renew({ recoveryCode, unlockWith: 'passphrase', newPassphrase: NEXT });
      expect(off).toMatchObject({ state: { phase: 'ready', requiresBoth: false } });
      await lock();
      await unlock({ passphrase: NEXT });
      expect(await titles()).toContain(TITLE);
    });

    test('is turned off with the passphrase; the keyring then opens it and the code stays', async () => {
      const { recoveryCode } = v.parse(Code, await turnOn());
      await expect(renew({ unlockWith: 'keyring' })).rejects.toThrow('403');
      await expect(renew({ unlockWith: 'keyring', passphrase: NEXT })).rejects.toThrow('403');
      const off = await renew({ unlockWith: 'keyring', passphrase: PASSPHRASE });
      expect(off).toMatchObject({ state: { phase: 'ready', storage: 'keyring' } });
      expect(JSON.stringify(off)).not.toMatch(/"problem"|recoveryCode/);
      await lock();
      await unlock({ keyring: true });
      await lock();
      await unlock({ recoveryCode });
      expect(await titles()).toContain(TITLE);
    });

    test('uses the passphrase that the vault has, which no longer opens it alone', async () => {
      await renew({ newPassphrase: PASSPHRASE });
      await expect(renew({ unlockWith: 'both', newPassphrase: NEXT })).rejects.toThrow('403');
      await renew({ unlockWith: 'both', passphrase: PASSPHRASE });
      const storage = await app.request('GET', '/api/storage');
      expect(storage).toMatchObject({ slots: ['keyring-passphrase', 'recovery'] });
      await renew({ passphrase: PASSPHRASE, newPassphrase: NEXT });
      expect(await app.request('GET', '/api/state')).toMatchObject({ requiresBoth: true });
      await lock();
      await unlock({ passphrase: NEXT });
    });

    test.each([
      ['both without a passphrase', { unlockWith: 'both' }, /422|VAULT_PASSPHRASE_UNFIT/],
      ['a passphrase that is too short', { unlockWith: 'both', newPassphrase: 'x' }, /422/],
      ['what it already does', { unlockWith: 'keyring' }, /USAGE/],
    ])('changes nothing for %s', async (_name, body, problem) => {
      const answer = await renew(body).then(JSON.stringify, String);
      expect(answer).toMatch(problem);
      expect(await titles()).toContain(TITLE);
      await lock();
      await unlock({ keyring: true });
    });
  },
);
