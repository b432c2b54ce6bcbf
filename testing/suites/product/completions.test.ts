import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  pathOfProgram,
  runPostern,
  runProgram,
  skipBecause,
  whyNoPrograms,
  type FreshHome,
} from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let home: FreshHome;

beforeAll(() => {
  home = freshHome();
});

afterAll(() => {
  home[Symbol.dispose]();
});

async function script(shell: string): Promise<string> {
  const { environment } = home;
  const ended = await runPostern(['completions', shell], { environment });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const path = join(home.path, `completion.${shell}`);
  writeFileSync(path, ended.stdout);
  return path;
}

async function runShell(shell: string, parameters: readonly string[]): Promise<string> {
  const { environment } = home;
  const ended = await runProgram(pathOfProgram(shell) ?? shell, parameters, { environment });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout;
}

test('rejects an unknown shell', async () => {
  const ended = await runPostern(['completions', 'tcsh'], { environment: home.environment });
  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stderr).toMatch(/bash, zsh, fish/);
});

describe.skipIf(skipBecause('completions of bash', whyNoPrograms(['bash'])))('bash', () => {
  test('parses and completes commands, options and their choices', async () => {
    const path = await script('bash');
    await runShell('bash', ['-n', path]);
    const cases: readonly (readonly [words: readonly string[], found: readonly string[]])[] = [
      [['postern', 'sec'], ['secret']],
      [['postern', 'secret', 'ro'], ['rotate']],
      [['postern', '--json', 'auth', 'storage', 'st'], ['status']],
      [
        ['postern', 'secret', 'import', '--d'],
        ['--dry-run', '--destroy'],
      ],
      [
        ['postern', 'audit', 'export', '--format', ''],
        ['jsonl', 'syslog', 'cef', 'ocsf'],
      ],
      [['postern', 'secret', 'list', '--storage', 'k'], ['keyring']],
      [['postern', 'secret', 'import', 'a'], []],
      [
        ['postern', 'run', '--via', ''],
        ['env', 'fd', 'stdin', 'file'],
      ],
      [['postern', 'run', '--', 'esa'], ['esac']],
      [['postern', 'run', '--', 'cat', '--js'], []],
    ];
    const code = cases.map(([words]) => {
      const list = words.map((word) => `'${word}'`).join(' ');
      return `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _postern; echo "\${COMPREPLY[*]}"`;
    });
    const answers = await runShell('bash', ['-c', `source ${path}\n${code.join('\n')}`]);
    expect(answers.split('\n').slice(0, -1)).toEqual(cases.map(([, found]) => found.join(' ')));
  });
});

describe.skipIf(skipBecause('completions of zsh', whyNoPrograms(['zsh'])))('zsh', () => {
  test('parses', async () => {
    await runShell('zsh', ['-f', '-n', await script('zsh')]);
  });
});

describe.skipIf(skipBecause('completions of fish', whyNoPrograms(['fish'])))('fish', () => {
  test('parses and completes', async () => {
    const path = await script('fish');
    await runShell('fish', ['--no-execute', path]);
    const ask = (line: string): string => `complete --do-complete '${line}'`;
    const lines = ['postern secret ro', 'postern --storage ke', 'postern run -- sha512su'];
    const code = [`source ${path}`, ...lines.map(ask)].join('; ');
    const answers = await runShell('fish', ['--no-config', '-c', code]);
    expect(answers).toMatch(/^rotate\treplace a secret/);
    expect(answers).toContain('keyring');
    expect(answers).toContain('sha512sum');
  });
});
