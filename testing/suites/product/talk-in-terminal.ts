import { setTimeout as sleep } from 'node:timers/promises';
import { startTmuxScreen, testProgram, type FreshHome, type TmuxScreen } from '@postern/testing';
import { expect } from 'vitest';

/** A shell in a terminal, in which `postern` prints its exit code. */
export interface TerminalSession extends AsyncDisposable {
  readonly screen: TmuxScreen;
  /** Waits for text after the previous match. Returns the text since then. */
  waitFor(pattern: RegExp): Promise<string>;
}

const TIME_LIMIT_MS = 180_000;
const POLL_MS = 50;

export async function openTerminal(
  home: FreshHome,
  environment = home.environment,
): Promise<TerminalSession> {
  const screen = await startTmuxScreen({
    directory: home.path,
    environment,
    shell: 'exec /bin/sh',
    columns: 200,
    rows: 200,
  });
  let seen = 0;
  const terminal: TerminalSession = {
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
        await sleep(POLL_MS);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await screen[Symbol.asyncDispose]();
    },
  };
  await terminal.waitFor(/[#$]$/);
  await enter(terminal, `postern() { node '${testProgram()}' "$@"; echo "exit=$?"; }`);
  await terminal.waitFor(/\}\n[#$]$/);
  return terminal;
}

export async function enter({ screen }: TerminalSession, line: string): Promise<void> {
  await screen.press('-l', '--', line);
  await screen.press('Enter');
}

/**
 * Types the answer to each question when it appears. Returns everything on the screen since the
 * command.
 */
export async function converse(
  terminal: TerminalSession,
  command: string,
  answers: readonly (readonly [question: RegExp, answer: string])[],
  exitCode: number,
): Promise<string> {
  await enter(terminal, command);
  let shown = '';
  for (const [question, answer] of answers) {
    shown += await terminal.waitFor(question);
    await enter(terminal, answer);
  }
  shown += await terminal.waitFor(/exit=\d+\n/);
  expect([command, /exit=(\d+)/.exec(shown)?.[1]]).toEqual([command, String(exitCode)]);
  return shown;
}
