import { join } from 'node:path';
import { parseJson } from '@postern/kernel';
import { AUDIT_ACTIONS } from '@postern/protocol';
import { freshHome, startPostern, upPostern, type Ended, type FreshHome } from '@postern/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn } from './app-client.ts';

const PASSPHRASE = 'three blind mice run';
const WRONG = 'a wrong passphrase';
const NEXT = 'four and twenty blackbirds';
const VALUE = 'sk-a-value-that-is-in-no-record-0123456789';
const PROMPT = 'a-text-that-is-in-no-record';

let home: FreshHome;

async function run(
  parameters: readonly string[],
  input = '',
  passphrase = PASSPHRASE,
): Promise<Ended> {
  const { environment } = home;
  const descriptors = [NEXT, 'of the backup alone'];
  return await startPostern(parameters, { environment, passphrase, descriptors, input }).ended;
}

const Line = v.looseObject({
  action: v.picklist(Object.keys(AUDIT_ACTIONS)),
  outcome: v.string(),
  reason: v.exactOptional(v.string()),
  count: v.exactOptional(v.number()),
});

async function events(passphrase = PASSPHRASE): Promise<readonly string[]> {
  const { stdout } = await run(['audit', 'export'], '', passphrase);
  const lines = stdout.trim().split('\n');
  return lines.map((line) => {
    const json = parseJson(line);
    const { action, outcome, reason, count } = v.parse(Line, json.ok ? json.value : undefined);
    return [action, outcome, reason, count].filter((part) => part !== undefined).join(' ');
  });
}

/** A series of attempts at forbidden actions. */
beforeAll(async () => {
  home = freshHome();
  const { environment } = home;
  const set = await run(['secret', 'set', 'openai'], VALUE);
  expect(set).toMatchObject({ code: 0 });
  expect(await run(['secret', 'set', 'groq'], VALUE.replace('sk-', 'gsk_'))).toMatchObject({
    code: 0,
  });
  expect(await run(['secret', 'rm', 'groq', '--yes'])).toMatchObject({ code: 0 });
  expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(VALUE);
  const injected = ['run', '--secret', 'KEY=postern://openai', '--', 'true'];
  expect(await run(injected)).toMatchObject({ code: 0 });
  const created = await run(['key', 'create', 'mine', '--all-models', '--json']);
  expect(created).toMatchObject({ code: 0 });
  const postern = await upPostern({ environment });
  const app = await signIn(postern.launchUrl);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await expect(app.request('POST', '/api/unlock', { passphrase: WRONG })).rejects.toThrow('40');
  }
  await app.request('POST', '/api/unlock', { passphrase: PASSPHRASE });
  for (let attempt = 0; attempt < 25; attempt += 1) {
    const answer = await fetch(`${postern.address}/v1/models`, {
      headers: { authorization: `Bearer sk-postern-${String(attempt)}-${PROMPT}` },
    });
    expect(answer.status).toBe(401);
  }
  const { stderr, stdout } = await postern.stop();
  expect(`${stdout}${stderr}`).toMatch(/WARNING: 5 wrong passphrases were tried/);
  expect(`${stdout}${stderr}`).toMatch(
    /WARNING: 20 requests with an invalid gateway key within a minute/,
  );
  await run(['key', 'revoke', 'mine']);
  const file = join(home.path, 'backup');
  const backup = ['auth', 'storage', 'backup', file, '--backup-passphrase-fd', '5'];
  expect(await run(backup)).toMatchObject({ code: 0 });
  const restore = ['auth', 'storage', 'restore', file, '--yes', '--backup-passphrase-fd', '5'];
  expect(await run(restore)).toMatchObject({ code: 0 });
  expect(await run(['vault', 'recovery'])).toMatchObject({ code: 0 });
});
afterAll(() => {
  home[Symbol.dispose]();
});

describe('the audit log after a day of use', () => {
  test('has every unlock attempt, with the number of failed ones', async () => {
    const recorded = await events();
    expect(recorded).toContain('vault.unlock denied VAULT_WRONG_PASSPHRASE 5');
    expect(recorded).toContain('vault.unlock success');
    const refused = recorded
      .map((event) => /^gateway\.refuse denied GATEWAY_KEY_REQUIRED (\d+)$/.exec(event)?.[1])
      .reduce((sum, count) => sum + Number(count ?? 0), 0);
    expect(refused).toBe(25);
  });

  test('has changes of the key slots, and secrets that left the vault', async () => {
    const recorded = await events();
    expect(recorded).toEqual(
      expect.arrayContaining([
        'log.begin success',
        'secret.write success',
        'secret.remove success',
        'secret.read success',
        'secret.inject success',
        'gateway.key.create success',
        'gateway.key.revoke success',
        'vault.lock success EXIT',
        'vault.backup success 1',
        'vault.restore success 1',
        'vault.slot.change success',
      ]),
    );
    expect(recorded.every((event) => !event.includes(' failure'))).toBe(true);
  });

  test('contains no value, passphrase, key, prompt or address', async () => {
    const { stdout } = await run(['audit', 'export']);
    for (const text of [
      VALUE,
      VALUE.slice(3),
      PASSPHRASE,
      WRONG,
      NEXT,
      PROMPT,
      'sk-',
      'gsk_',
      '127.0.0.1',
      'localhost',
    ]) {
      expect(stdout).not.toContain(text);
    }
  });

  test('records a changed passphrase, and continues with the new one', async () => {
    const change = ['vault', 'passphrase', '--new-passphrase-fd', '4'];
    expect(await run(change)).toMatchObject({ code: 0 });
    expect((await run(['audit', 'verify'])).code).toBe(8);
    expect(await run(['audit', 'verify'], '', NEXT)).toMatchObject({ code: 0 });
    const recorded = await events(NEXT);
    expect(recorded.filter((event) => event === 'vault.slot.change success')).toHaveLength(2);
  });
});
