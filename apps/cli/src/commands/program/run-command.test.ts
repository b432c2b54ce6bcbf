import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addGlobalOptions } from '../command-line.ts';
import type { GlobalOptions } from '../make-context.ts';
import type { RunCommandOptions } from '../run.ts';
import { addRunWith } from './run-command.ts';

interface RunLine {
  readonly globals: GlobalOptions;
  readonly options: RunCommandOptions;
  readonly command: readonly string[];
}

/** The parsed command line; undefined if it's rejected. */
function read(parameters: readonly string[]): RunLine | undefined {
  const program = new Command('postern').exitOverride().configureOutput({
    writeErr: () => undefined,
    writeOut: () => undefined,
  });
  let line: RunLine | undefined;
  addGlobalOptions(program);
  addRunWith(program, (command, options) => {
    line = { globals: program.opts(), options, command };
  });
  try {
    program.parse(parameters, { from: 'user' });
  } catch {
    return undefined;
  }
  return line;
}

const DEFAULTS = { via: 'env', cleanEnv: false, masking: true, allowMissing: false };

interface Expected {
  readonly globals?: object;
  readonly options?: object;
  readonly command: readonly string[];
}

test.each<readonly [string, readonly string[], Expected]>([
  ['nothing but a command', ['run', '--', 'npm', 'test'], { command: ['npm', 'test'] }],
  [
    'secrets',
    ['run', '--secret', 'A=postern://a', '--secret', 'B=postern://b/x', '--', 'env'],
    { options: { secret: ['A=postern://a', 'B=postern://b/x'] }, command: ['env'] },
  ],
  [
    'env files',
    ['run', '--env-file', 'a.env', '--env-file', 'b.env', '--', 'env'],
    { options: { envFile: ['a.env', 'b.env'] }, command: ['env'] },
  ],
  [
    'all the flags',
    ['run', '--clean-env', '--no-masking', '--allow-missing', '--', 'env'],
    { options: { cleanEnv: true, masking: false, allowMissing: true }, command: ['env'] },
  ],
  [
    'another way',
    ['run', '--via', 'fd', '--secret', 'A=postern://a', '--', 'cat'],
    { options: { via: 'fd', secret: ['A=postern://a'] }, command: ['cat'] },
  ],
  [
    '= in an option',
    ['run', '--via=fd', '--', 'env'],
    { options: { via: 'fd' }, command: ['env'] },
  ],
  [
    'what all commands have, before it',
    ['--json', '--home', '/h', 'run', '--', 'env'],
    { globals: { json: true, home: '/h' }, command: ['env'] },
  ],
  [
    'and behind it',
    ['run', '--storage', 'keyring', '--verbose', '--', 'env'],
    { globals: { storage: 'keyring', verbose: true }, command: ['env'] },
  ],
  [
    'what looks like options of ours behind the --',
    ['run', '--', 'a', '--json', '--', '-x'],
    { command: ['a', '--json', '--', '-x'] },
  ],
  [
    'a descriptor for the passphrase',
    ['--passphrase-fd', '3', 'run', '--', 'env'],
    { globals: { passphraseFd: 3 }, command: ['env'] },
  ],
])('reads a line with %s', (_name, parameters, { globals = {}, options = {}, command }) => {
  expect(read(parameters)).toEqual({ globals, options: { ...DEFAULTS, ...options }, command });
});

test.each<readonly [string, readonly string[]]>([
  ['for help', ['run', '--help']],
  ['without a command', ['run', '--']],
  ['with an option that is not known', ['run', '--mask', '--', 'env']],
  ['with a value that is not known', ['run', '--via', 'argv', '--', 'env']],
  ['with an option of run before run', ['--allow-missing', 'run', '--', 'env']],
])('starts nothing for a line %s', (_name, parameters) => {
  expect(read(parameters)).toBeUndefined();
});
