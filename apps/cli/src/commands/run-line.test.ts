import fc from 'fast-check';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addGlobalOptions } from './command-line.ts';
import { addRunWith } from './program/run-command.ts';
import { readRunLine, type RunLine } from './run-line.ts';

/** What Commander makes of a line; undefined where it refuses it. */
function readByCommander(parameters: readonly string[]): RunLine | undefined {
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

const plain = (line: RunLine | undefined): unknown =>
  line && {
    ...line,
    globals: { json: false, verbose: false, ...line.globals },
    options: { ...line.options },
  };

test.each<readonly [string, readonly string[]]>([
  ['nothing but a command', ['run', '--', 'npm', 'test']],
  ['secrets', ['run', '--secret', 'A=postern://a', '--secret', 'B=postern://b/x', '--', 'env']],
  ['env files', ['run', '--env-file', 'a.env', '--env-file', 'b.env', '--', 'env']],
  ['all the flags', ['run', '--clean-env', '--no-masking', '--allow-missing', '--', 'env']],
  ['another way', ['run', '--via', 'fd', '--secret', 'A=postern://a', '--', 'cat']],
  ['what all commands have, before it', ['--json', '--home', '/h', 'run', '--', 'env']],
  ['and behind it', ['run', '--storage', 'keyring', '--verbose', '--', 'env']],
  ['what looks like options of ours behind the --', ['run', '--', 'a', '--json', '--', '-x']],
])('reads a line with %s', (_name, parameters) => {
  const line = readRunLine(parameters);
  expect(line).toBeDefined();
  expect(plain(line)).toEqual(plain(readByCommander(parameters)));
});

test.each<readonly [string, readonly string[]]>([
  ['for help', ['run', '--help']],
  ['without --', ['run', 'env']],
  ['without a command', ['run', '--']],
  ['without run', ['--', 'run']],
  ['of another command', ['status', '--', 'run']],
  ['with an option that is not known', ['run', '--mask', '--', 'env']],
  ['with a value that is not known', ['run', '--via', 'argv', '--', 'env']],
  ['with = in an option', ['run', '--via=fd', '--', 'env']],
  ['with a value that is missing', ['run', '--secret', '--', 'env']],
  ['with an option of run before run', ['--allow-missing', 'run', '--', 'env']],
  ['with a word too many', ['run', 'x', '--', 'env']],
  ['with a descriptor for the passphrase', ['--passphrase-fd', '3', 'run', '--', 'env']],
])('leaves a line %s to Commander', (_name, parameters) => {
  expect(readRunLine(parameters)).toBeUndefined();
});

test('whatever it reads, Commander reads the same', () => {
  const flag = fc.constantFrom(
    '--json',
    '--verbose',
    '--clean-env',
    '--no-masking',
    '--allow-missing',
  );
  const option = fc.constantFrom('--secret', '--env-file', '--via', '--home', '--storage');
  const value = fc.constantFrom('fd', 'stdin', 'auto', 'keyring', 'A=postern://a', 'run', '', '-');
  const odd = fc.constantFrom('--help', '--via=fd', '-x', '--no-json', '--sec', 'status', '--');
  const piece = fc.oneof(
    { weight: 10, arbitrary: fc.tuple(flag) },
    { weight: 10, arbitrary: fc.tuple(option, value) },
    { weight: 1, arbitrary: fc.tuple(odd) },
  );
  const pieces = fc.array(piece, { maxLength: 4 });
  const command = fc.array(fc.oneof(flag, value, odd), { maxLength: 3 });
  let times = 0;
  fc.assert(
    fc.property(pieces, pieces, command, (before, behind, rest) => {
      const parameters = [...before.flat(), 'run', ...behind.flat(), '--', ...rest];
      const read = readRunLine(parameters);
      if (read === undefined) return;
      times += 1;
      expect(plain(read)).toEqual(plain(readByCommander(parameters)));
    }),
    { numRuns: 1000 },
  );
  expect(times).toBeGreaterThan(20);
});
