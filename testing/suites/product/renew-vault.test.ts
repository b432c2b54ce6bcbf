import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { isJsonObject, type JsonValue } from '@postern/kernel';
import {
  freshHome,
  runPostern,
  skipBecause,
  startKeyringSession,
  upPostern,
  whyNoKeyringSession,
  type FreshHome,
  type PosternUp,
} from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const NEXT = 'four calling birds today';
const TITLE = 'A conversation from before';

let home: FreshHome;
let postern: PosternUp;
let app: AppClient;
let firstCode: string;

beforeEach(async () => {
  home = freshHome();
  postern = await upPostern({ environment: home.environment });
  app = await signIn(postern.launchUrl);
  const made = await app.request('POST', '/api/setup', { storage: 'file', passphrase: PASSPHRASE });
  firstCode = textIn(made, 'recoveryCode');
  await app.request('POST', '/api/conversations', { title: TITLE });
});

afterEach(async () => {
  await postern[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

function textIn(value: JsonValue, name: string): string {
  const found = isJsonObject(value) ? value[name] : undefined;
  if (typeof found !== 'string') throw new Error(`no ${name}`);
  return found;
}

const renew = async (body: unknown) => await app.request('POST', '/api/vault/renew', body);
const titles = async () => JSON.stringify(await app.request('GET', '/api/conversations'));
const opensWith = async (passphrase: string) =>
  (await runPostern(['secret', 'list'], { environment: home.environment, passphrase })).code;
const journal = () => join(home.path, '.local', 'share', 'postern', 'vault', 'journal.json');

describe('changing the key slots in the running app', () => {
  test('replaces the passphrase and the recovery code; the page goes on with the same data', async () => {
    const other = await signIn(await launchUrl());
    const renewed = await renew({ passphrase: PASSPHRASE, newPassphrase: NEXT });
    expect(renewed).toMatchObject({ state: { phase: 'ready' } });
    expect(isJsonObject(renewed) && 'problem' in renewed).toBe(false);
    const code = textIn(renewed, 'recoveryCode');
    expect(code).not.toBe(firstCode);
    expect(await titles()).toContain(TITLE);
    expect(existsSync(journal())).toBe(false);
    await expect(other.request('GET', '/api/conversations')).rejects.toThrow('401');

    await app.request('POST', '/api/lock');
    const unlock = async (body: unknown) => await app.request('POST', '/api/unlock', body);
    await expect(unlock({ passphrase: PASSPHRASE })).rejects.toThrow('VAULT_WRONG_PASSPHRASE');
    await expect(unlock({ recoveryCode: firstCode })).rejects.toThrow('VAULT_WRONG');
    await unlock({ recoveryCode: code });
    expect(await titles()).toContain(TITLE);
    await postern.stop();
    expect(await opensWith(NEXT)).toBe(0);
    const options = { environment: home.environment, passphrase: NEXT };
    expect(await runPostern(['doctor'], options)).toMatchObject({ code: 0 });
    expect((await runPostern(['audit', 'export'], options)).stdout).toMatch(
      /vault\.rekey[^]*vault\.slot\.change/,
    );
  });

  test('sets a new passphrase with the recovery code', async () => {
    await renew({ recoveryCode: firstCode, newPassphrase: NEXT });
    expect(await titles()).toContain(TITLE);
    await postern.stop();
    expect(await opensWith(PASSPHRASE)).not.toBe(0);
    expect(await opensWith(NEXT)).toBe(0);
  });

  test('replaces only the recovery code', async () => {
    const code = textIn(await renew({ passphrase: PASSPHRASE }), 'recoveryCode');
    await app.request('POST', '/api/lock');
    await app.request('POST', '/api/unlock', { recoveryCode: code });
    await postern.stop();
    expect(await opensWith(PASSPHRASE)).toBe(0);
  });

  test.each([
    ['a wrong passphrase', { passphrase: 'not the passphrase', newPassphrase: NEXT }, 403],
    ['no proof', { newPassphrase: NEXT }, 403],
    ['no proof for a code', {}, 403],
    ['a passphrase that is too short', { passphrase: PASSPHRASE, newPassphrase: 'x' }, 422],
  ])('changes nothing and closes nothing with %s', async (_name, body, status) => {
    await expect(renew(body)).rejects.toThrow(String(status));
    expect(await titles()).toContain(TITLE);
    await app.request('POST', '/api/lock');
    await app.request('POST', '/api/unlock', { passphrase: PASSPHRASE });
  });

  test('records wrong passphrases', async () => {
    const body = { passphrase: 'not the passphrase', newPassphrase: NEXT };
    await expect(renew(body)).rejects.toThrow('403');
    await postern.stop();
    const options = { environment: home.environment, passphrase: PASSPHRASE };
    const { stdout } = await runPostern(['audit', 'export'], options);
    expect(stdout).toMatch(/vault\.unlock[^\n]*denied[^\n]*VAULT_WRONG_PASSPHRASE/);
  });

  test('makes unlocks wait, so that nothing opens the databases meanwhile', async () => {
    const { cookie, secret } = app;
    const renewing = renew({ passphrase: PASSPHRASE, newPassphrase: NEXT });
    const unlocking = fetch(`${postern.pageAddress}/api/unlock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, 'x-postern-session': secret },
      body: JSON.stringify({ passphrase: PASSPHRASE }),
    });
    await renewing;
    // Whether it came before the change or after it, it opened nothing with the old key.
    await unlocking;
    expect(await titles()).toContain(TITLE);
    expect(existsSync(journal())).toBe(false);
  });
});

describe('a kill while the key slots change', () => {
  test('leaves one key for everything, and a passphrase that opens it', async () => {
    const renewing = renew({ passphrase: PASSPHRASE, newPassphrase: NEXT }).catch(() => undefined);
    await expect.poll(() => existsSync(journal()), { interval: 1 }).toBe(true);
    await postern.stop('SIGKILL');
    await renewing;
    const codes = [await opensWith(NEXT), await opensWith(PASSPHRASE)];
    expect(codes).toContain(0);
    const passphrase = codes[0] === 0 ? NEXT : PASSPHRASE;
    const options = { environment: home.environment, passphrase };
    expect(await runPostern(['doctor'], options)).toMatchObject({ code: 0 });
    const { stdout } = await runPostern(
      ['chat', 'export', '--all', '--output', join(home.path, 'chats.md'), '--format', 'markdown'],
      options,
    );
    expect(stdout).toContain('1 chat');
  });
});

describe.skipIf(skipBecause('key slots with a keyring', whyNoKeyringSession()))(
  'with the keyring',
  () => {
    test('sets a passphrase, and replaces the recovery code without being asked for one', async () => {
      await using keyring = await startKeyringSession('unlocked');
      await using up = await upPostern({ environment: keyring.environment });
      const client = await signIn(up.launchUrl);
      const made = await client.request('POST', '/api/setup', { storage: 'keyring' });
      const code = textIn(await client.request('POST', '/api/vault/renew', {}), 'recoveryCode');
      expect(code).not.toBe(textIn(made, 'recoveryCode'));
      await client.request('POST', '/api/vault/renew', { newPassphrase: NEXT });
      const storage = JSON.stringify(await client.request('GET', '/api/storage'));
      for (const slot of ['keyring', 'passphrase', 'recovery']) expect(storage).toContain(slot);
      await expect(client.request('POST', '/api/vault/renew', {})).rejects.toThrow('403');
      await client.request('POST', '/api/vault/renew', { passphrase: NEXT });
    });
  },
);

async function launchUrl(): Promise<string> {
  const { stdout } = await runPostern(['open'], { environment: home.environment });
  return stdout.trim();
}
