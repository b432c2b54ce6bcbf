import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, runProgram, testProgram, type FreshHome } from '@postern/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';

let home: FreshHome;
let litellm: string;

beforeAll(async () => {
  home = freshHome();
  litellm = join(home.path, 'valid-litellm.yaml');
  writeFileSync(litellm, 'model_list: []\n');
  const { environment } = home;
  const set = await runPostern(['secret', 'set', 'openai'], {
    environment,
    passphrase: PASSPHRASE,
    input: 'sk-a-value-that-is-long-enough',
  });
  expect(set).toMatchObject({ code: 0 });
  const key = await runPostern(['key', 'create', 'k', '--all-models'], {
    environment,
    passphrase: PASSPHRASE,
  });
  expect(key).toMatchObject({ code: 0 });
  mkdirSync(join(home.path, '.config', 'postern'), { recursive: true });
});

afterAll(() => {
  home[Symbol.dispose]();
});

const restored: (() => void)[] = [];

afterEach(() => {
  for (const restore of restored.splice(0)) restore();
});

async function replace(path: string, kind: 'pipe' | 'device'): Promise<void> {
  const kept = `${path}.kept`;
  if (existsSync(path)) {
    renameSync(path, kept);
    restored.push(() => {
      renameSync(kept, path);
    });
  } else {
    restored.push(() => {
      renameSync(path, `${path}.gone`);
    });
  }
  if (kind === 'device') symlinkSync('/dev/zero', path);
  else await runProgram('mkfifo', ['-m', '600', path], { environment: home.environment });
}

describe("a path that isn't a regular file is rejected immediately and reported", () => {
  const data = (name: string) => join('.local', 'share', 'postern', name);
  const GATEWAY = ['key', 'list'];
  const SECRETS = ['secret', 'list'];
  const RESTORE = ['auth', 'storage', 'restore', 'FILE', '--yes', '--backup-passphrase-fd', '4'];
  const IMPORT = ['secret', 'import', 'FILE'];
  const KEYS = ['key', 'import', 'FILE', '--all', '--all-models'];
  const LITELLM = ['import', 'litellm', 'FILE', '--dry-run'];
  const EXPORT = ['import', 'litellm', 'LITELLM', '--keys', 'FILE', '--dry-run'];
  const APP = ['up', '--no-open', '--port', '0'];
  test.each<readonly [string, string, 'pipe' | 'device', readonly string[]]>([
    ['config.json', join('.config', 'postern', 'config.json'), 'pipe', SECRETS],
    ['config.json', join('.config', 'postern', 'config.json'), 'device', SECRETS],
    ['gateway.db', data('gateway.db'), 'pipe', GATEWAY],
    ['gateway.db', data('gateway.db'), 'device', GATEWAY],
    ['gateway.db-wal', data('gateway.db-wal'), 'pipe', GATEWAY],
    ['gateway.db.lock', data('gateway.db.lock'), 'pipe', GATEWAY],
    ['conversations.db', data('conversations.db'), 'pipe', APP],
    ['instance.lock', data('instance.lock'), 'pipe', APP],
    ['slots.json', data('vault/slots.json'), 'pipe', SECRETS],
    ['secrets.jwe.json', data('vault/secrets.jwe.json'), 'pipe', SECRETS],
    ['journal.json', data('vault/journal.json'), 'pipe', SECRETS],
    ['vault.lock', data('vault/vault.lock'), 'pipe', ['secret', 'rm', 'openai', '--yes']],
    ['a segment of the log', data('audit/audit-000000000001.jsonl'), 'pipe', GATEWAY],
    ['a backup', 'backup', 'pipe', RESTORE],
    ['a file to import', 'import', 'pipe', IMPORT],
    ['a list of keys', 'keys', 'pipe', KEYS],
    ['a list of keys', 'keys', 'device', KEYS],
    ['a configuration of LiteLLM', 'litellm.yaml', 'pipe', LITELLM],
    ['a configuration of LiteLLM', 'litellm.yaml', 'device', LITELLM],
    ["an export of LiteLLM's keys", 'litellm-keys.json', 'pipe', EXPORT],
    ["the log's head", data('audit/head.json'), 'pipe', GATEWAY],
    ["the log's lock", data('audit/lock'), 'pipe', GATEWAY],
  ])('%s (%s, a %s)', async (_name, path, kind, command) => {
    await replace(join(home.path, path), kind);
    const words = command.map((word) =>
      word === 'FILE' ? join(home.path, path) : word === 'LITELLM' ? litellm : word,
    );
    const ended = await runPostern(words, {
      environment: home.environment,
      passphrase: PASSPHRASE,
      descriptors: ['the passphrase of the backup'],
    });
    expect(ended.signal).toBeNull();
    expect(ended.code).toBeGreaterThan(0);
    expect(ended.stderr).toMatch(
      /not.a.file|(isn't|is not) a regular file|Can't (write|read)|symlink/,
    );
    expect(ended.stderr).not.toContain('    at ');
  });
});

test('an env file or a template may be a pipe', async () => {
  const { environment } = home;
  const program = `${process.execPath} -- ${testProgram()}`;
  const run = `${program} run --env-file <(echo LEVEL=debug) -- sh -c 'echo $LEVEL'`;
  expect(await runProgram('bash', ['-c', run], { environment })).toMatchObject({
    code: 0,
    stdout: 'debug\n',
  });
  const given = `--passphrase-fd 3 3< <(printf %s '${PASSPHRASE}')`;
  const filled = `${program} ${given} inject --input <(echo hello) --output ${join(home.path, 'filled')}`;
  expect(await runProgram('bash', ['-c', filled], { environment })).toMatchObject({ code: 0 });
});
