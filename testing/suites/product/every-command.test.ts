import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formsOfText, freshHome, startPostern, type Ended, type FreshHome } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const CANARY = 'sk-the-canary-that-no-command-shows-0123456789';
const FORMS = formsOfText(CANARY);
/** Passed on the file descriptors from 4 on. */
const BACKUP_PASSPHRASE = 'of the backup alone';
const NEW_PASSPHRASE = 'four and twenty blackbirds';

interface Row {
  /** The command with its arguments. Words in capitals are paths in the home directory. */
  readonly command: string;
  readonly code: number;
  readonly input?: string;
  /** What it prints with `--json`: one JSON value, or `text`, which other programs define. */
  readonly prints?: 'text';
  /** The user asked for the value, so the command may print it. */
  readonly shows?: true;
  /** It prints progress or a next step on standard error. */
  readonly isVerbose?: true;
}

/** Every command, run in this order in a vault that contains the canary. */
const ROWS: readonly Row[] = [
  { command: 'secret list', code: 0 },
  { command: 'secret get openai', code: 0, shows: true },
  { command: 'secret get absent', code: 4 },
  { command: 'secret set groq', code: 2, input: 'not a key' },
  { command: 'secret rotate openai', code: 2, input: CANARY },
  { command: 'secret rm absent --yes', code: 4 },
  { command: 'secret test absent', code: 4 },
  { command: 'secret import FILE --dry-run', code: 2 },
  { command: 'status', code: 0 },
  { command: 'open', code: 5 },
  { command: 'stop', code: 5 },
  { command: 'up --port 99999', code: 2, prints: 'text' },
  { command: 'agent --ttl 1s', code: 0, isVerbose: true },
  { command: 'vault unlock --ttl 1s', code: 0 },
  { command: 'vault lock', code: 0 },
  { command: 'vault passphrase', code: 2 },
  { command: 'vault recovery', code: 0, isVerbose: true },
  { command: 'vault require-both', code: 0 },
  { command: 'vault require-both on', code: 5 },
  { command: 'vault accept-rollback', code: 0 },
  { command: 'run --secret KEY=postern://openai -- printenv KEY', code: 0, prints: 'text' },
  { command: 'inject -i TEMPLATE -o -', code: 0, prints: 'text', shows: true },
  { command: 'inject -i TEMPLATE -o FILLED', code: 0, isVerbose: true },
  { command: 'scan FILE', code: 1 },
  { command: 'key create test --all-models', code: 0 },
  { command: 'key list', code: 0 },
  { command: 'key show test', code: 0 },
  { command: 'key update test --budget 5/day', code: 0 },
  { command: 'key raise test --by 2.50 --until 8h', code: 0 },
  { command: 'key debug test --for 15m', code: 0 },
  { command: 'key import FILE --all --all-models', code: 0 },
  { command: 'import litellm FILE --dry-run', code: 6 },
  { command: 'import litellm LITELLM --yes', code: 0 },
  { command: 'key update test --expires 30d', code: 0 },
  { command: 'key rotate test', code: 0 },
  { command: 'key disable test', code: 0 },
  { command: 'key enable test', code: 0 },
  { command: 'key revoke test', code: 0 },
  { command: 'usage --by model', code: 0 },
  { command: 'usage --csv', code: 0 },
  { command: 'chat export --all --output EXPORTED', code: 0, isVerbose: true },
  { command: 'chat import EXPORTED', code: 0 },
  { command: 'chat import FILE --dry-run', code: 2 },
  { command: 'chat imports list', code: 0 },
  { command: 'chat imports undo absent', code: 4 },
  { command: 'audit tail', code: 0 },
  { command: 'audit verify', code: 0 },
  { command: 'audit set-aside --yes', code: 0 },
  { command: 'audit export', code: 0, prints: 'text' },
  { command: 'audit forward', code: 2 },
  { command: 'serve --port 99999', code: 2, prints: 'text' },
  { command: 'reload', code: 5 },
  { command: 'config check', code: 0 },
  { command: 'config show', code: 0 },
  { command: 'config schema', code: 0 },
  { command: 'config example', code: 0 },
  { command: 'tls show', code: 0 },
  { command: 'tls trust', code: 0 },
  { command: 'auth storage status', code: 0 },
  { command: 'auth storage test', code: 0 },
  { command: 'auth storage migrate --to keyring --dry-run', code: 5 },
  { command: 'auth storage backup BACKUP --backup-passphrase-fd 4', code: 0 },
  { command: 'auth storage verify BACKUP --backup-passphrase-fd 4', code: 0 },
  { command: 'auth storage restore BACKUP --yes --backup-passphrase-fd 4', code: 0 },
  { command: 'auth storage rekey', code: 0, isVerbose: true },
  { command: 'doctor', code: 0 },
  { command: 'completions bash', code: 0 },
  { command: 'vault passphrase --new-passphrase-fd 5', code: 0, isVerbose: true },
  { command: 'secret list', code: 8 },
  { command: 'erase', code: 2, isVerbose: true },
  { command: 'erase --dry-run', code: 0 },
  { command: 'erase --yes-erase-everything', code: 0, isVerbose: true },
];

const litellmConfig = `model_list:
  - {model_name: ours, litellm_params: {model: openai/gpt-5, api_key: ${CANARY}}}
  - {model_name: ${CANARY}, litellm_params: {model: openai/gpt-5, api_key: ${CANARY}}}
${CANARY}: ${CANARY}
`;

let home: FreshHome;

async function run(parameters: readonly string[], input = ''): Promise<Ended> {
  const program = startPostern(parameters, {
    environment: { ...home.environment, NO_COLOR: '1' },
    passphrase: PASSPHRASE,
    descriptors: [BACKUP_PASSPHRASE, NEW_PASSPHRASE],
    input,
  });
  return await program.ended;
}

beforeAll(async () => {
  home = freshHome();
  writeFileSync(join(home.path, 'FILE'), `OPENAI_API_KEY="${CANARY}"\n`);
  writeFileSync(join(home.path, 'LITELLM'), litellmConfig);
  writeFileSync(join(home.path, 'TEMPLATE'), 'key = {{ postern://openai }}\n');
  expect(await run(['secret', 'set', 'openai'], CANARY)).toMatchObject({ code: 0 });
});
afterAll(() => {
  home[Symbol.dispose]();
});

/** Returns every command without subcommands, from the help texts. */
async function leavesBelow(words: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run([...words, '--help']);
  expect({ code, stderr }, words.join(' ')).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: postern ${words.join(' ')}`));
  expect(stdout, 'a default of false explains nothing').not.toMatch(/default:\s+false/);
  const [, listed] = stdout.split('\nCommands:\n');
  if (listed === undefined) return [words.join(' ')];
  const below = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name);
  const leaves: string[] = [];
  for (const name of below.filter((each) => each !== 'help')) {
    leaves.push(...(await leavesBelow([...words, name])));
  }
  return leaves;
}

describe('every command', () => {
  test('has help, completions and a row in this test', async () => {
    const leaves = await leavesBelow([]);
    const untested = leaves.filter(
      (leaf) => !ROWS.some(({ command }) => startsWith(command, leaf)),
    );
    expect(untested).toEqual([]);
    const { stdout } = await run(['completions', 'bash']);
    const uncompleted = leaves.filter((leaf) => !stdout.includes(leaf));
    expect(uncompleted).toEqual([]);
  });

  test.each(ROWS)('$command ends with $code', async (row) => {
    const words = row.command
      .split(' ')
      .map((word) => (/^[A-Z]+$/.test(word) && word !== 'KEY' ? join(home.path, word) : word));
    const at = words.indexOf('--');
    const position = at === -1 ? words.length : at;
    const ended = await run(words.toSpliced(position, 0, '--json'), row.input);
    expect(ended.code, ended.stderr).toBe(row.code);
    if (row.prints !== 'text') {
      expect(() => JSON.parse(ended.stdout) as unknown, ended.stdout).not.toThrow();
    }
    if (row.code === 0 && row.isVerbose !== true) expect(ended.stderr).toBe('');
    const printed = Buffer.from(`${ended.stdout}${ended.stderr}`);
    const shown = FORMS.filter(([, bytes]) => printed.includes(bytes)).map(([form]) => form);
    expect(shown).toEqual(row.shows === true ? ['raw'] : []);
  });
});

function startsWith(command: string, leaf: string): boolean {
  return command === leaf || command.startsWith(`${leaf} `);
}
