import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, startFakeUpstream, type FreshHome } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const OLD = 'sk-the-old-value-that-is-long-enough';
const NEW = 'sk-the-new-value-that-is-long-enough';

let home: FreshHome;

beforeEach(() => {
  home = freshHome();
});

afterEach(() => {
  home[Symbol.dispose]();
});

const run = async (parameters: readonly string[], input?: string) =>
  await runPostern(parameters, {
    environment: home.environment,
    passphrase: PASSPHRASE,
    ...(input === undefined ? {} : { input }),
  });

async function actions(): Promise<readonly string[]> {
  const { stdout } = await run(['audit', 'export']);
  return [...stdout.matchAll(/"action":"([^"]+)".*?"outcome":"([^"]+)"/g)].map(
    ([, action = '', outcome = '']) => `${action} ${outcome}`,
  );
}

describe('secret rotate', () => {
  test('replaces a value, keeps its creation time, and is in the audit log', async () => {
    expect(await run(['secret', 'set', 'openai'], OLD)).toMatchObject({ code: 0 });
    const rotated = await run(['secret', 'rotate', 'openai', '--json'], NEW);
    expect(JSON.parse(rotated.stdout)).toEqual({ name: 'openai', rotated: true, storage: 'file' });
    expect(`${rotated.stdout}${rotated.stderr}`).not.toContain(NEW);
    expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(NEW);
    expect(await actions()).toContain('secret.rotate success');
  });

  test.each([
    ['an unknown name', 'groq', `gsk_${NEW}`, 4, /SECRET_NOT_FOUND/],
    ['the current value', 'openai', OLD, 2, /already has that value/],
    ['an empty value', 'openai', '', 2, /empty/],
    ['a value with a wrong format', 'openai', 'not-a-key', 2, /SECRET_FORM_UNEXPECTED/],
  ])('%s changes nothing', async (_name, secret, value, code, words) => {
    expect(await run(['secret', 'set', 'openai'], OLD)).toMatchObject({ code: 0 });
    const refused = await run(['secret', 'rotate', secret], value);
    expect(refused).toMatchObject({ code });
    expect(refused.stderr).toMatch(words);
    expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(OLD);
    expect(await actions()).not.toContain('secret.rotate success');
  });
});

describe('a key typed in place of a name', () => {
  const KEY = `sk-${'0a1b2c3d'.repeat(4)}`;
  const EXPECTED_ERROR = /looks like a key|No active key has this id or name|REFERENCE_INVALID/;

  test('is rejected without repeating it, and is stored nowhere', async () => {
    expect(await run(['secret', 'set', 'openai'], OLD)).toMatchObject({ code: 0 });
    const found = join(home.path, 'found.json');
    writeFileSync(found, JSON.stringify({ openai: NEW }));
    const lines = [
      ['secret', 'set', KEY],
      ['secret', 'rotate', KEY],
      ['secret', 'get', KEY],
      ['secret', 'test', KEY],
      ['secret', 'rm', KEY, '--yes'],
      ['secret', 'import', found, '--as', KEY],
      ['key', 'create', KEY, '--all-models'],
      ['key', 'revoke', KEY],
      ['run', '--secret', `A=postern://${KEY}`, '--', 'true'],
      ['run', '--', `A=${KEY}`, 'true'],
      ['run', '--', KEY, 'true'],
    ];
    const printed: string[] = [];
    for (const line of lines) {
      const ended = await run(line, NEW);
      printed.push(ended.stdout, ended.stderr);
      expect({ line, isRefused: ended.code !== 0 }).toEqual({ line, isRefused: true });
      if (!line.includes('--')) expect(ended.stderr).toMatch(EXPECTED_ERROR);
    }
    const after = [
      ['secret', 'list'],
      ['key', 'list'],
      ['audit', 'export'],
    ];
    for (const line of after) printed.push((await run(line)).stdout);
    expect(printed.join('\n')).toContain('secret.write');
    expect(printed.join('\n')).not.toContain(KEY.slice(0, 20));
  });
});

describe('secret test', () => {
  test('sends one request with the value, and exits with 10 if it is rejected', async () => {
    const upstream = await startFakeUpstream();
    const directory = join(home.path, '.config', 'postern');
    mkdirSync(directory, { recursive: true });
    const mine = {
      label: 'Mine',
      dialect: 'openai-chat',
      auth: 'bearer',
      baseUrl: upstream.baseUrls['openai-chat'],
    };
    writeFileSync(join(directory, 'config.json'), JSON.stringify({ providers: { mine } }));
    expect(await run(['secret', 'set', 'mine'], NEW)).toMatchObject({ code: 0 });

    const accepted = await run(['secret', 'test', 'mine', '--json']);
    expect(accepted).toMatchObject({ code: 0 });
    expect(JSON.parse(accepted.stdout)).toMatchObject({ provider: 'mine', accepted: true });
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${NEW}`);

    await upstream.close();
    const refused = await run(['secret', 'test', 'mine']);
    expect(refused).toMatchObject({ code: 10 });
    expect(refused.stderr).toMatch(/UPSTREAM_UNREACHABLE/);
    expect(`${accepted.stdout}${accepted.stderr}${refused.stderr}`).not.toContain(NEW);
    const recorded = await actions();
    expect(recorded.filter((each) => each.startsWith('secret.test'))).toEqual([
      'secret.test success',
      'secret.test failure',
    ]);
  });

  test.each([
    ['no such secret', 'groq', 4, /SECRET_NOT_FOUND/],
    ['a secret that no provider uses', 'spare', 4, /PROVIDER_UNKNOWN/],
  ])('%s', async (_name, secret, code, words) => {
    expect(await run(['secret', 'set', 'spare'], NEW)).toMatchObject({ code: 0 });
    const ended = await run(['secret', 'test', secret]);
    expect(ended).toMatchObject({ code });
    expect(ended.stderr).toMatch(words);
  });
});
