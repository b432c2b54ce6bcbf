import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  skipBecause,
  startTmuxScreen,
  testProgram,
  whyNoPrograms,
  type TmuxScreen,
} from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPlace, type RunPlace } from './run-place.ts';

/*
 * Compares what the user sees: the same keys are typed into a program with and without `postern
 * run` around it, and the two screens must match after every step.
 */

const LAUNCHER = join(import.meta.dirname, '..', '..', '..', 'apps', 'cli', 'bin', 'postern.js');
const POSTERN = `${process.execPath} -- ${LAUNCHER}`;

interface Step {
  readonly keys: readonly string[];
  /** The text on the screen when the step is done. */
  readonly until: RegExp;
  /** Whether the screens may differ at this step. */
  readonly isRace?: boolean;
  readonly resize?: readonly [columns: number, rows: number];
}

const type = (text: string, until: RegExp): Step => ({ keys: [text, 'Enter'], until });
const press = (key: string, until: RegExp): Step => ({ keys: [key], until });

/** Each command is started as `r …`, which adds secrets or does nothing. */
const PROGRAMS: readonly (readonly [name: string, steps: readonly Step[]])[] = [
  [
    'a pager',
    [
      type('r less lines.txt', /line 1\n[^]*lines\.txt$/),
      press('Space', /line 30\n/),
      type('/line 77', /^line 77\n/),
      { keys: [], resize: [60, 12], until: /^line 77\n([^\n]*\n){10}:$/ },
      press('C-z', /Stopped +r less lines\.txt\n\$$/),
      type('fg', /^line 77\n([^\n]*\n){10}:$/),
      press('G', /line 200\n\(END\)$/),
      press('q', /\$$/),
      type('echo code $?', /code 0\n\$$/),
    ],
  ],
  [
    'a shell',
    [
      type('r bash --norc --noprofile', /inner>$/),
      type('echo hello | tr a-z A-Z', /HELLO\ninner>$/),
      type('sleep 50', /sleep 50$/),
      press('C-c', /\^C\ninner>$/),
      type('sleep 60', /sleep 60$/),
      press('C-z', /Stopped +sleep 60\ninner>$/),
      type('fg', /fg\nsleep 60$/),
      press('C-c', /\^C\ninner>$/),
      type('stty size; tty | cut -c1-9', /24 80\n\/dev\/pts\/\ninner>$/),
      { keys: [], resize: [70, 20], until: /inner>$/ },
      type('stty size', /20 70\ninner>$/),
      type('suspend', /Stopped +r bash --norc --noprofile\n\$$/),
      // Bash may or may not show its prompt again: a race in bash itself.
      { ...type('fg', /fg\nr bash --norc --noprofile/), isRace: true },
      type('clear', /^inner>$/),
      type('exit 5', /exit\n\$$/),
      type('echo code $?', /code 5\n\$$/),
    ],
  ],
  [
    'npx and a program with a prompt',
    [
      type('r npx ask', /Your name\? ?$/),
      type('Ada', /Hello Ada, on 80 columns\n\$$/),
      type('echo code $?', /code 3\n\$$/),
      type('r npx ask', /Your name\? ?$/),
      press('C-c', /\$$/),
      type('echo code $?', /code 130\n\$$/),
    ],
  ],
];

const ASK = `#!/usr/bin/env node
const reader = require('node:readline').createInterface({ input: process.stdin, output: process.stdout });
reader.on('SIGINT', () => process.exit(130));
reader.question('Your name? ', (name) => {
  console.log('Hello ' + name + ', on ' + process.stdout.columns + ' columns');
  process.exit(3);
});
`;

function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/**
 * Creates a working directory, with an `r` on the path that runs its arguments with this prefix.
 */
function makeWorkplace(home: string, name: string, way: string): string {
  const directory = join(home, name);
  const programs = join(directory, 'node_modules/.bin');
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"name":"work","version":"1.0.0"}\n');
  const lines = Array.from({ length: 200 }, (_, at) => `line ${at + 1}\n`);
  writeFileSync(join(directory, 'lines.txt'), lines.join(''));
  writeProgram(join(programs, 'ask'), ASK);
  writeProgram(join(programs, 'r'), `#!/bin/sh\nexec ${way} "$@"\n`);
  return directory;
}

const why = whyNoPrograms(['tmux', 'bash', 'less']);

describe.skipIf(skipBecause('postern run at a terminal', why))('at a terminal', () => {
  let place: RunPlace;

  beforeAll(async () => {
    place = await runPlace('an agent');
  });

  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });

  const startScreen = async (name: string, way: string): Promise<TmuxScreen> => {
    const directory = makeWorkplace(place.home, name, way);
    const path = `${join(directory, 'node_modules/.bin')}:${place.environment['PATH'] ?? ''}`;
    const { environment } = place;
    const screen = await startTmuxScreen({
      directory,
      environment: {
        ...environment,
        PATH: path,
        PS1: 'inner> ',
        NO_UPDATE_NOTIFIER: '1',
        LESS: '',
      },
      shell: `PS1='$ ' bash --norc --noprofile`,
      columns: 80,
      rows: 24,
    });
    await screen.waitFor(/\$$/);
    await screen.press('export PS1="$ "; export PROMPT_COMMAND=; echo $((6 * 7))', 'Enter');
    await screen.waitFor(/\n42\n\$$/);
    // Keys typed before the prompt would be shown twice.
    await screen.press('clear', 'Enter');
    await screen.waitFor(/^\$$/);
    return screen;
  };

  test.each(PROGRAMS)('%s behaves as without Postern', async (name, steps) => {
    const word = name.split(' ').at(-1) ?? '';
    await using plain = await startScreen(`plain-${word}`, 'env PS1="inner> "');
    const wrap = `env PS1="inner> " ${POSTERN} run --secret KEY=postern://openai --`;
    await using wrapped = await startScreen(`wrapped-${word}`, wrap);
    for (const { keys, until, resize, isRace = false } of steps) {
      for (const screen of [plain, wrapped]) {
        if (resize !== undefined) await screen.resize(...resize);
        if (keys.length > 0) await screen.press(...keys);
        await screen.waitFor(until);
      }
      if (isRace) continue;
      await expect.poll(() => wrapped.look(), { timeout: 10_000 }).toBe(await plain.look());
    }
  });

  test('a program that is killed while suspended restores the terminal', async () => {
    const prefix = `${POSTERN} run --secret KEY=postern://openai --`;
    await using screen = await startScreen('killed', prefix);
    await screen.press("r sh -c 'echo $$ > pid; echo ready; exec sleep 99'", 'Enter');
    await screen.waitFor(/\nready$/);
    await screen.press('C-z');
    await screen.waitFor(/Stopped [^\n]*\n\$$/);
    await screen.press('kill -9 $(cat pid); fg', 'Enter');
    await screen.waitFor(/fg\nr sh [^\n]*\n\$$/);
    const modes = "stty -a | tr ' ' '\\n' | grep -x -e opost -e icanon";
    await screen.press(`echo code $?; ${modes}`, 'Enter');
    await screen.waitFor(/code 137\nopost\nicanon\n\$$/);
  });

  test('a secret is masked on the screen', async () => {
    await using screen = await startScreen('masked', POSTERN);
    await screen.press(
      'r run --secret KEY=postern://openai -- sh -c \'echo "<$KEY>"; cat\'',
      'Enter',
    );
    await screen.waitFor(/<\[masked\]>/);
    await screen.press('echoed letter by letter', 'Enter');
    const seen = await screen.waitFor(/letter\nechoed letter by letter/);
    place.canary.searchBytes('the screen', seen);
    place.canary.expectNone();
  });
});

describe.skipIf(skipBecause('the passphrase at a terminal', why))('the passphrase', () => {
  let place: RunPlace;

  beforeAll(async () => {
    place = await runPlace('the encrypted file');
  });

  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });

  test.each([
    ['with what was typed after it', 'r cat', 'ahead', /Passphrase:\nahead\nahead$/],
    ['that reads from a pipe', 'echo piped | r cat', '', /Passphrase:\n[^]*piped\n/],
  ])('is not passed to a command %s', async (name, line, ahead, seen) => {
    // The vault was created with the key derivation costs of the test program.
    const prefix = `${process.execPath} -- ${testProgram()} run --secret KEY=postern://openai --`;
    const directory = makeWorkplace(place.home, name.split(' ').at(-1) ?? '', prefix);
    const path = `${join(directory, 'node_modules/.bin')}:${place.environment['PATH'] ?? ''}`;
    await using screen = await startTmuxScreen({
      directory,
      environment: { ...place.environment, PATH: path },
      shell: 'bash --norc --noprofile',
      columns: 80,
      rows: 24,
    });
    await screen.press(line, 'Enter');
    await screen.waitFor(/Passphrase:/);
    // All at once: the text after the line break is typed ahead for the command.
    await screen.press('three blind mice run', 'Enter', ...(ahead === '' ? [] : [ahead, 'Enter']));
    expect(await screen.waitFor(seen)).not.toContain('three blind');
  });
});
