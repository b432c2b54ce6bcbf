import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formsOfText, freshHome, runPostern, type FreshHome } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const CANARY = 'sk-proj-canary0123456789abcdefgh';
const MASTER = 'sk-master0123456789abcdefgh';
const FILE = `
model_list:
  - {model_name: fast, litellm_params: {model: openai/gpt-x, api_key: ${CANARY}, weight: 3}}
  - {model_name: fast, litellm_params: {model: groq/llama, api_key: os.environ/GROQ_API_KEY, weight: 1}}
  - {model_name: "bad\\e[2J\\nname", litellm_params: {model: openai/gpt-x, api_key: ${CANARY}}}
  - {model_name: ${CANARY}, litellm_params: {model: openai/gpt-x, api_key: ${CANARY}}}
router_settings: {num_retries: 1, model_group_alias: {${CANARY}: fast}}
general_settings: {master_key: ${MASTER}}
"\\e[31m": 1
${CANARY}: 1
`;

let home: FreshHome;
let source: string;
let config: string;

beforeEach(() => {
  home = freshHome();
  source = join(home.path, 'config.yaml');
  writeFileSync(source, FILE);
  config = join(home.path, '.config/postern/config.json');
});
afterEach(() => {
  home[Symbol.dispose]();
});

const run = async (
  parameters: readonly string[],
  { input = '', variables = {} }: { input?: string; variables?: Record<string, string> } = {},
) =>
  await runPostern(parameters, {
    environment: { ...home.environment, ...variables },
    passphrase: PASSPHRASE,
    input,
  });

const IMPORT = ['import', 'litellm'];
const read = (): unknown => JSON.parse(readFileSync(config, 'utf8'));

describe('import litellm', () => {
  test('a dry run shows everything and changes nothing', async () => {
    const dry = await run([...IMPORT, source, '--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 0 });
    expect(JSON.parse(dry.stdout)).toMatchObject({
      dryRun: true,
      changes: [
        { kind: 'alias', name: 'fast', outcome: 'add' },
        { kind: 'setting', name: 'gateway.retries.attempts', outcome: 'add', value: 2 },
      ],
      secrets: [{ name: 'openai', outcome: 'would-import' }],
      missingSecrets: [{ name: 'groq', variable: 'GROQ_API_KEY' }],
      exposesSecrets: true,
    });
    expect(existsSync(config)).toBe(false);
    expect(existsSync(join(home.path, '.local/share/postern/vault/slots.json'))).toBe(false);
  });

  test('without a terminal it needs --yes', async () => {
    const ended = await run([...IMPORT, source]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/--yes/);
    expect(existsSync(config)).toBe(false);
  });

  test('stores keys in the vault and aliases in the configuration, and prints no secret', async () => {
    const done = await run([...IMPORT, source, '--yes', '--from-env'], {
      variables: { GROQ_API_KEY: 'gsk_0123456789abcdefghijklmn' },
    });
    expect(done).toMatchObject({ code: 0 });
    expect(read()).toEqual({
      gateway: {
        models: {
          fast: { targets: [{ model: 'openai/gpt-x', weight: 3 }, { model: 'groq/llama' }] },
        },
        retries: { attempts: 2 },
      },
    });
    expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(CANARY);
    expect((await run(['secret', 'get', 'groq', '--raw'])).stdout).toMatch(/^gsk_/);
    expect(done.stdout).toMatch(/secret +groq +imported/);
    expect(done.stdout).toMatch(/Still exposed/);
    expect(done.stdout).toMatch(/general_settings\.master_key: /);
    expect(done.stdout).not.toContain('\u001b');
    const log = (await run(['audit', 'export'])).stdout;
    expect(log).toMatch(/"action":"config.change"[^\n]*"gateway.models"/);
    const printed = Buffer.from(`${done.stdout}${done.stderr}${log}`);
    for (const [form, bytes] of [...formsOfText(CANARY), ...formsOfText(MASTER)]) {
      expect(printed.includes(bytes), form).toBe(false);
    }
    expect(await run(['config', 'check'])).toMatchObject({ code: 0 });
  });

  test('doing it again changes nothing', async () => {
    expect(await run([...IMPORT, source, '--yes'])).toMatchObject({ code: 0 });
    const before = readFileSync(config, 'utf8');
    const again = await run([...IMPORT, source, '--yes', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      changes: [{ outcome: 'same' }, { outcome: 'same' }],
      secrets: [{ outcome: 'same' }],
    });
    expect(readFileSync(config, 'utf8')).toBe(before);
  });

  test('completes an import that was killed after it stored the secrets', async () => {
    expect(await run(['secret', 'set', 'openai'], { input: CANARY })).toMatchObject({ code: 0 });
    const done = await run([...IMPORT, source, '--yes', '--json']);
    expect(JSON.parse(done.stdout)).toMatchObject({
      changes: [{ outcome: 'add' }, { outcome: 'add' }],
      secrets: [{ outcome: 'same' }],
    });
  });

  test('sends no key to an address that the file does not mean', async () => {
    mkdirSync(dirname(config), { recursive: true });
    const other = { providers: { openai: { baseUrl: 'https://other.example/v1' } } };
    writeFileSync(config, JSON.stringify(other));
    const done = await run([...IMPORT, source, '--yes', '--replace']);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/secret +openai +skipped: its provider has another address/);
    expect(read()).toEqual({ ...other, gateway: { retries: { attempts: 2 } } });
    expect((await run(['secret', 'get', 'openai'])).code).toBe(4);
  });

  test('creates the keys of an export, whose tokens work, and keeps those that are there', async () => {
    const keys = join(home.path, 'keys.json');
    const listed = [
      { key_alias: 'ci', token: 'f00d', models: ['fast'], max_budget: 5, budget_duration: '1d' },
      { key_alias: 'old', token: 'f00d', blocked: true },
    ];
    writeFileSync(keys, JSON.stringify({ keys: listed }));
    const dry = await run([...IMPORT, source, '--keys', keys, '--dry-run', '--json']);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      keys: [{ name: 'ci', outcome: 'would-create' }],
    });
    const done = await run([...IMPORT, source, '--keys', keys, '--yes']);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/^sk-postern-\S+ {2}ci$/m);
    expect(done.stdout).toMatch(/keys\[1\]\.blocked: It is blocked\. The key isn't created\./);
    expect(JSON.parse((await run(['key', 'show', 'ci', '--json'])).stdout)).toMatchObject({
      models: ['fast'],
      budget: { amountMicroUsd: 5_000_000, period: 'day' },
    });
    const again = await run([...IMPORT, source, '--keys', keys, '--yes', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ keys: [{ name: 'ci', outcome: 'kept' }] });
    expect(again.stdout).not.toContain('sk-postern-');
  });

  test('says that comments of the configuration are removed', async () => {
    mkdirSync(dirname(config), { recursive: true });
    writeFileSync(config, '// mine\n{}\n');
    expect((await run([...IMPORT, source, '--yes'])).stderr).toMatch(/comments .* removed/);
  });

  test.each([
    ['a missing file', 'absent', undefined, 4, /IMPORT_NOT_FOUND/],
    ['a broken line', 'broken.yaml', 'model_list:\n  - [', 6, /broken\.yaml, line 2/],
    ['another file', 'other.yaml', 'services: {}', 6, /IMPORT_MALFORMED/],
    ['a large file', 'large.yaml', '#'.repeat(600_000), 9, /large/],
  ])('refuses %s', async (_name, name, content, code, words) => {
    const path = join(home.path, name);
    if (content !== undefined) writeFileSync(path, content);
    const ended = await run([...IMPORT, path, '--yes']);
    expect(ended.stderr).toMatch(words);
    expect(ended).toMatchObject({ code, stdout: '' });
  });
});
