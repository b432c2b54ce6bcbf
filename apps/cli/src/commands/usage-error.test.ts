import type { Problem } from '@postern/protocol';
import fc from 'fast-check';
import { systemWorld } from '@postern/vault/testing';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../config/environment.ts';
import { CommandFailed } from '../failure/command-failed.ts';
import { openTerminal } from '../terminal/terminal.ts';
import { runCommandLine } from './command-line.ts';

interface Refused {
  readonly failure: Problem;
  readonly isJson: boolean;
}

/** The message for an invalid line. */
async function refusal(parameters: readonly string[]): Promise<Refused | undefined> {
  const surroundings = {
    ...systemWorld,
    lookEveryMs: 1000,
    environment: readEnvironment(),
    terminal: openTerminal(false),
    self: ['postern'] as const,
  };
  let isJson = false;
  try {
    await runCommandLine(surroundings, parameters, () => {
      isJson = true;
    });
  } catch (error) {
    if (error instanceof CommandFailed) return { failure: error.failure, isJson };
    throw error;
  }
  return undefined;
}

const TYPED = 'sk-ant-api03-typed_In-The-Wrong-Place';

/** Every kind of mistake. Wherever the user could type a secret by mistake, the line has one. */
const MISTAKES: Readonly<Record<string, string | readonly [message: string, remedy: string]>> = {
  TYPED: ['postern has no such command.', 'Run postern --help.'],
  'TYPED --help': 'postern has no such command.',
  'help TYPED': 'postern has no such command.',
  'secret TYPED --help': ['postern secret has no such command.', 'Run postern secret --help.'],
  'nonsense --help': 'postern has no such command.',
  statsu: 'postern has no such command. Did you mean postern status?',
  'statsu --help': 'postern has no such command. Did you mean postern status?',
  'secret lst': 'postern secret has no such command. Did you mean postern secret list?',
  'secret set name TYPED': [
    'Too many arguments. Usage: postern secret set [options] <name>.',
    "Enter the value when asked, or on standard input. If you typed a real key, remove it from your shell's history and replace it at its provider.",
  ],
  'secret rm name TYPED': [
    'Too many arguments. Usage: postern secret rm [options] <name>.',
    'Run postern secret rm --help.',
  ],
  'secret set': 'An argument is missing. Usage: postern secret set [options] <name>.',
  'secret set name --key=TYPED': 'postern secret set has no such option.',
  'secret set name --TYPED': 'postern secret set has no such option.',
  'secret set name -pTYPED': 'postern secret set has no such option.',
  'secret set name --froce': 'postern secret set has no such option. Did you mean --force?',
  'status --storage TYPED':
    'Invalid value for --storage <mode>. Allowed choices are auto, keyring, file.',
  "status --storage TYPED'is-invalid":
    'Invalid value for --storage <mode>. Allowed choices are auto, keyring, file.',
  'up --port TYPED': 'Invalid value for --port <n>. It must be a whole number.',
  'completions TYPED': 'Invalid value for <shell>. Allowed choices are bash, zsh, fish.',
  'up --port': 'The option --port <n> needs a value.',
  'auth storage migrate': 'The option --to <backend> is required.',
  'secret import TYPED --dry-run --destroy':
    "The options --dry-run and --destroy can't be used together.",
};

describe('an invalid command line', () => {
  test.each(Object.entries(MISTAKES))('%s', async (line, expected) => {
    const [message, remedy] = typeof expected === 'string' ? [expected] : expected;
    const parameters = line.split(' ').map((word) => word.replace('TYPED', TYPED));
    const refused = await refusal(parameters);
    expect(refused?.failure).toMatchObject({ code: 'USAGE', message });
    if (remedy !== undefined) expect(refused?.failure.remedy).toBe(remedy);
    expect(JSON.stringify(refused)).not.toContain(TYPED);
    const asked = await refusal([...parameters, '--json']);
    expect(asked).toEqual({ failure: refused?.failure, isJson: true });
  });

  test('ignores --json after --', async () => {
    expect(await refusal(['nonsense', '--', '--json'])).toMatchObject({ isJson: false });
  });

  test('reports a missing subcommand as JSON if --json is given', async () => {
    const message = 'postern secret needs a subcommand.';
    expect(await refusal(['--json', 'secret'])).toMatchObject({ failure: { message } });
  });

  test('never repeats anything that was typed, wherever it is', async () => {
    const typed = fc
      .tuple(
        fc.constantFrom('', '-', '--', '--key=', '-p', "' is invalid. ", "'\n(Did you mean x?)"),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      )
      .map(([before, text]) => `${before}~${text}~`);
    const lines = fc.constantFrom<(text: string) => readonly string[]>(
      (text) => [text],
      (text) => ['vault', text],
      (text) => ['secret', 'set', 'name', text],
      (text) => ['vault', 'lock', text],
      (text) => ['vault', 'lock', '--storage', text],
      (text) => ['vault', 'lock', `--storage=${text}`],
      (text) => ['completions', text],
      (text) => ['agent', '--ttl', text],
      (text) => ['secret', 'import', '--attribute', text, '--from', text],
    );
    await fc.assert(
      fc.asyncProperty(lines, typed, async (line, text) => {
        const refused = await refusal(line(text));
        expect(refused).toBeDefined();
        expect(`${refused?.failure.message}${refused?.failure.remedy}`).not.toContain('~');
      }),
      { numRuns: 300 },
    );
  });
});
