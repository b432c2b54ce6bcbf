import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, upPostern, type Ended, type FreshHome } from '@postern/testing';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signIn } from './app-client.ts';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-a-value-0123456789-0123456789';
const SEGMENT = 'audit-000000000001.jsonl';
const DAMAGED = 6;

let home: FreshHome;
let audit: string;

beforeEach(async () => {
  home = freshHome();
  audit = join(home.path, '.local', 'share', 'postern', 'audit');
  expect(await run(['secret', 'set', 'openai'], VALUE)).toMatchObject({ code: 0 });
  expect(await run(['secret', 'get', 'openai'])).toMatchObject({ code: 0 });
});

afterEach(() => {
  home[Symbol.dispose]();
});

async function run(parameters: readonly string[], input = ''): Promise<Ended> {
  const { environment } = home;
  return await runPostern(parameters, { environment, passphrase: PASSPHRASE, input });
}

/** The log's files, without the marker that only says that damage was found. */
function logFiles(directory = audit): Record<string, string> {
  const names = readdirSync(directory).filter((name) => /^(?:audit-|head)/.test(name));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
}

function alterRecord(): void {
  const path = join(audit, SEGMENT);
  const text = readFileSync(path, 'utf8');
  const altered = text.replace('"action":"secret.write"', '"action":"secret.read"');
  expect(altered).not.toBe(text);
  writeFileSync(path, altered);
}

describe('an audit log with an altered record', () => {
  test('accepts no more records once this is detected, and the message says so', async () => {
    alterRecord();
    const verified = await run(['audit', 'verify']);
    expect(verified).toMatchObject({ code: DAMAGED, stdout: '' });
    expect(verified.stderr).toContain('Postern has stopped writing to it');
    expect(verified.stderr).toContain('postern audit set-aside');
    const before = logFiles();
    for (const command of [
      ['secret', 'get', 'openai'],
      ['audit', 'export', '-o', 'OUT'],
    ]) {
      const words = command.map((word) => (word === 'OUT' ? join(home.path, 'out') : word));
      expect(await run(words), command.join(' ')).toMatchObject({ code: DAMAGED, stdout: '' });
    }
    expect(logFiles()).toEqual(before);
  });

  test('is set aside after confirmation and kept complete, and everything works again', async () => {
    alterRecord();
    const before = logFiles();
    const unasked = await run(['audit', 'set-aside']);
    expect(unasked.code).toBe(2);
    expect(logFiles()).toEqual(before);
    const aside = await run(['audit', 'set-aside', '--yes', '--json']);
    expect(aside).toMatchObject({ code: 0, stderr: '' });
    const { directory } = v.parse(v.object({ directory: v.string() }), JSON.parse(aside.stdout));
    expect(logFiles(directory)).toEqual(before);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, SEGMENT)).mode & 0o777).toBe(0o600);
    expect(await run(['secret', 'get', 'openai', '--raw'])).toMatchObject({ stdout: VALUE });
    expect(await run(['audit', 'verify'])).toMatchObject({ code: 0 });
    const [first = '{}'] = readFileSync(join(audit, SEGMENT), 'utf8').split('\n');
    expect(JSON.parse(first)).toMatchObject({
      action: 'log.set-aside',
      reason: 'AUDIT_DAMAGED',
    });
  });

  test('keeps the app locked until it is set aside', async () => {
    alterRecord();
    expect(await run(['audit', 'verify'])).toMatchObject({ code: DAMAGED });
    await using postern = await upPostern({ environment: home.environment });
    const app = await signIn(postern.launchUrl);
    const unlock = async (): Promise<unknown> =>
      await app.request('POST', '/api/unlock', { passphrase: PASSPHRASE });
    await expect(unlock()).rejects.toThrow('AUDIT_DAMAGED');
    expect(await app.request('GET', '/api/state')).toMatchObject({ phase: 'locked' });
    expect(await run(['audit', 'set-aside', '--yes'])).toMatchObject({ code: 0 });
    expect(await unlock()).toMatchObject({ state: { phase: 'ready' } });
  });
});

test("an intact log isn't set aside", async () => {
  const before = logFiles();
  const aside = await run(['audit', 'set-aside', '--yes', '--json']);
  expect(aside.code).toBe(0);
  expect(JSON.parse(aside.stdout)).toEqual({ setAside: false });
  const after = logFiles();
  expect(Object.keys(after)).toEqual(Object.keys(before));
  // The log continues with the record that this command unlocked the vault.
  expect(after[SEGMENT]?.startsWith(before[SEGMENT] ?? '?')).toBe(true);
});
