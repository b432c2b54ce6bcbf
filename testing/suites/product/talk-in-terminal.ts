import { setTimeout as sleep } from 'node:timers/promises';
import { startTmuxScreen, testProgram, type FreshHome, type TmuxScreen } from '@postern/testing';
import { expect } from 'vitest';

/** A shell at a terminal in which `postern` is a command that tells its exit code. */
export interface Talk extends AsyncDisposable {
  readonly screen: TmuxScreen;
  /** Waits for text behind what was waited for before; all that has come since then. */
  waitFor(pattern: RegExp): Promise<string>;
}

const TIME_LIMIT_MS = 180_000;
const LOOK_EVERY_MS = 50;

export async function openTerminal(home: FreshHome, environment = home.environment): Promise<Talk> {
  const screen = await startTmuxScreen({
    directory: home.path,
    environment,
    shell: 'exec /bin/sh',
    columns: 200,
    rows: 200,
  });
  let seen = 0;
  const talk: Talk = {
    screen,
    waitFor: async (pattern) => {
      const untilMs = Date.now() + TIME_LIMIT_MS;
      for (;;) {
        const shown = await screen.look();
        const fresh = shown.slice(seen);
        const match = pattern.exec(fresh);
        if (match !== null) {
          seen += match.index + match[0].length;
          return fresh;
        }
        if (Date.now() > untilMs) throw new Error(`no ${String(pattern)} on:\n${shown}`);
        await sleep(LOOK_EVERY_MS);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await screen[Symbol.asyncDispose]();
    },
  };
  await talk.waitFor(/[#$]$/);
  await enter(talk, `postern() { node '${testProgram()}' "$@"; echo "exit=$?"; }`);
  await talk.waitFor(/\}\n[#$]$/);
  return talk;
}

export async function enter({ screen }: Talk, line: string): Promise<void> {
  await screen.press('-l', '--', line);
  await screen.press('Enter');
}

/** Types an answer to each question as it comes; what was shown from the first to the end. */
export async function converse(
  talk: Talk,
  command: string,
  answers: readonly (readonly [question: RegExp, answer: string])[],
  exitCode: number,
): Promise<string> {
  await enter(talk, command);
  let shown = '';
  for (const [question, answer] of answers) {
    shown += await talk.waitFor(question);
    await enter(talk, answer);
  }
  shown += await talk.waitFor(/exit=\d+\n/);
  expect([command, /exit=(\d+)/.exec(shown)?.[1]]).toEqual([command, String(exitCode)]);
  return shown;
}
