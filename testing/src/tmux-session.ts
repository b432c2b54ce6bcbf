import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshHome } from './fresh-home.ts';
import { runProgram, startProgram } from './run-program.ts';

/** A shell in a terminal of its own, as a person has one. */
export interface TmuxSession extends AsyncDisposable {
  /** What stands on the screen and above it, lines joined as they were written, without spaces at their ends. */
  screen(): Promise<string>;
  /** Types text without a newline. */
  type(text: string): Promise<void>;
  /** Presses keys by tmux's names: `Enter`, `C-c`. */
  press(...keys: readonly string[]): Promise<void>;
  /** Pastes as a terminal does, newlines and all. */
  paste(text: string): Promise<void>;
  /** Waits for text that came after the last call; what has come since then. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<string>;
}

const READY = 'ready-to-be-typed-at';
const POLL_MS = 50;
const DEFAULT_TIMEOUT_MS = 30_000;

/** Starts a POSIX shell in a terminal of 200 columns, with nothing but this environment. */
export async function startTmuxSession(
  environment: Readonly<Record<string, string>>,
): Promise<TmuxSession> {
  const home = freshHome();
  const socket = join(home.path, 'tmux');
  const server = startProgram('tmux', ['-D', '-S', socket, '-f', '/dev/null'], { environment });
  const tmux = async (parameters: readonly string[], input?: string): Promise<string> => {
    const ended = await runProgram('tmux', ['-S', socket, ...parameters], {
      environment: { ...environment, TERM: 'xterm' },
      ...(input === undefined ? {} : { input }),
    });
    if (ended.code !== 0) throw new Error(`tmux: ${ended.stderr}`);
    return ended.stdout;
  };
  const shell = ['new-session', '-d', '-x', '200', '-y', '50', '/bin/sh'];
  await retried(async () => await tmux(shell));
  let seen = 0;
  const screen = async (): Promise<string> =>
    (await tmux(['capture-pane', '-p', '-J', '-S', '-'])).replaceAll(/ +$/gm, '').trimEnd();
  const session: TmuxSession = {
    screen,
    type: async (text) => {
      await tmux(['send-keys', '-l', '--', text]);
    },
    press: async (...keys) => {
      await tmux(['send-keys', ...keys]);
    },
    paste: async (text) => {
      await tmux(['load-buffer', '-'], text);
      await tmux(['paste-buffer', '-p', '-r', '-d']);
    },
    waitFor: async (pattern, timeoutMs = DEFAULT_TIMEOUT_MS) => {
      const untilMs = Date.now() + timeoutMs;
      for (;;) {
        const shown = await screen();
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
      await server.stop('SIGKILL');
      home[Symbol.dispose]();
    },
  };
  await session.type(`PS1='$ '; echo ${READY}`);
  await session.press('Enter');
  await session.waitFor(new RegExp(`${READY}\\n\\$$`));
  return session;
}

/** The server takes its time to listen. */
async function retried(start: () => Promise<unknown>): Promise<void> {
  const untilMs = Date.now() + DEFAULT_TIMEOUT_MS;
  for (;;) {
    try {
      await start();
      return;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await sleep(POLL_MS);
    }
  }
}
