import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, type FreshHome } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-test-000000000000000000';
const OTHER = 'sk-another-value-that-is-long-enough';

/* Created from the description of the format: salt 00…0f, the program's own password, IV 00…0f. */
const SALT = Buffer.from([...Array(16).keys()]);
const TOKEN =
  'gAAAAABlU_EAAAECAwQFBgcICQoLDA0OD-kjjkR9hsUsFaqyq5YKG2BO9fx9eKzw3I1EBbDAnj2nCYFQeGmpOY7twntPcRA6FhGw3Cxm2cQk7XcVqwCQur0DcMkY2bbMkppsXyiHXbM-';

let home: FreshHome;
let source: string;

beforeEach(() => {
  home = freshHome();
  source = join(home.path, 'other program');
  mkdirSync(source);
  writeFileSync(join(source, 'api_keys.enc'), TOKEN);
  writeFileSync(join(source, '.key_salt'), SALT);
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

describe('secret import', () => {
  test('a dry run changes nothing; an import stores, reads back and destroys', async () => {
    const dry = await run(['secret', 'import', source, '--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 0 });
    expect(JSON.parse(dry.stdout)).toMatchObject({
      format: 'chat-linux-client',
      secrets: [{ name: 'openai', outcome: 'would-import' }],
      leftovers: [{ exposure: 'known-password' }, { exposure: 'known-password' }],
      destroyed: [],
    });
    expect(existsSync(join(home.path, '.local/share/postern/vault/slots.json'))).toBe(false);
    expect(readFileSync(join(source, 'api_keys.enc'), 'utf8')).toBe(TOKEN);

    const unasked = await run(['secret', 'import', source, '--destroy']);
    expect(unasked).toMatchObject({ code: 2 });
    expect(unasked.stderr).toMatch(/--yes/);

    const done = await run(['secret', 'import', source, '--destroy', '--yes']);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/openai +imported/);
    for (const file of ['api_keys.enc', '.key_salt']) {
      expect(existsSync(join(source, file))).toBe(false);
    }
    expect(`${dry.stdout}${done.stdout}${done.stderr}`).not.toContain(VALUE);
    expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(VALUE);
    const { stdout } = await run(['audit', 'export']);
    expect(stdout).toMatch(/"action":"secret.import"[^\n]*"name":"openai"/);
    expect(stdout).toMatch(/"action":"leftover.destroy"[^\n]*"count":2/);
  });

  test('keeps a different value in the vault, and the files, without --replace', async () => {
    expect(await run(['secret', 'set', 'openai'], OTHER)).toMatchObject({ code: 0 });
    const kept = await run(['secret', 'import', source, '--destroy', '--yes']);
    expect(kept).toMatchObject({ code: 1 });
    expect(kept.stdout).toMatch(/openai +skipped: the vault has a different value/);
    expect(kept.stderr).toMatch(/Nothing was destroyed/);
    expect(existsSync(join(source, 'api_keys.enc'))).toBe(true);
    expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(OTHER);
    const replaced = await run(['secret', 'import', source, '--replace']);
    expect(replaced).toMatchObject({ code: 0 });
    expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(VALUE);
  });

  test.each([
    ['a missing file', ['no such path'], 4, /IMPORT_NOT_FOUND/],
    ['an unknown format', ['note'], 2, /IMPORT_FORMAT_UNKNOWN/],
    ['another format than the given one', ['note', '--format', 'claude-gate'], 6, /IMPORT_/],
    ['a contradiction', ['note', '--dry-run', '--destroy'], 2, /can't be used together/],
  ])('%s', async (_name, [path = '', ...options], code, words) => {
    writeFileSync(join(home.path, 'note'), 'a file without keys');
    const ended = await run(['secret', 'import', join(home.path, path), ...options]);
    expect(ended.stderr).toMatch(words);
    expect(ended).toMatchObject({ code, stdout: '' });
  });

  test("skips a login, and file content can't control the terminal", async () => {
    const path = join(home.path, 'auth.json');
    const key = 'sk-ant-api03-0123456789012345678901234567890123456789';
    const login = {
      type: 'oauth',
      refresh: 'sk-ant-ort01-x',
      access: 'sk-ant-oat01-x',
      expires: 1,
    };
    writeFileSync(path, JSON.stringify({ anthropic: { type: 'api', key }, 'bad\u001b[2J': login }));
    const ended = await run(['secret', 'import', path]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/anthropic +imported/);
    expect(ended.stdout).toMatch(/Skipped: bad\ufffd\[2J \(a login/);
    expect(ended.stdout).toMatch(/Still exposed: .*auth\.json \(in plain text\)/);
    expect(ended.stdout).not.toContain('\u001b');
    expect(ended.stdout).not.toContain('sk-ant');
  });
});
