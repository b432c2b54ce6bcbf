import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from './run-program.ts';
import { pathOfProgram } from './system-programs/system-programs.ts';

/** A terminal that can be looked at: a pane of a tmux server of its own, with a shell in it. */
export interface TmuxScreen extends AsyncDisposable {
  /** Presses keys, by tmux's names (`Enter`, `C-c`) or as text. */
  press(...keys: readonly string[]): Promise<void>;
  /** Pastes text as a terminal does, newlines and all. */
  paste(text: string): Promise<void>;
  /** What is on the screen, without what is blank at the end. */
  look(): Promise<string>;
  /** Waits until the screen is of that form, and returns it. */
  waitFor(pattern: RegExp): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
}

export interface TmuxOptions {
  /** Where its socket may lie; a short path. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What runs in the pane: words of a POSIX shell. */
  readonly shell: string;
  readonly columns: number;
  readonly rows: number;
}

const TIME_LIMIT_MS = 180_000;
const LOOK_EVERY_MS = 50;

export async function startTmuxScreen(options: TmuxOptions): Promise<TmuxScreen> {
  const { directory, environment, shell, columns, rows } = options;
  const socket = `${directory}/tmux-${Math.random().toString(36).slice(2, 8)}`;
  const tmux = async (...parameters: readonly string[]): Promise<string> => {
    const ended = await runProgram(
      pathOfProgram('tmux') ?? 'tmux',
      ['-S', socket, '-f', '/dev/null', ...parameters],
      { environment: { ...environment, TERM: 'xterm-256color' }, directory },
    );
    if (ended.code !== 0) throw new Error(`tmux ${String(parameters[0])}: ${ended.stderr}`);
    return ended.stdout;
  };
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', ...size, shell);
  await tmux('set-option', '-g', 'status', 'off');
  const server = Number(await tmux('display-message', '-p', '#{pid}'));
  const look = async (): Promise<string> => (await tmux('capture-pane', '-p')).trimEnd();
  return {
    press: async (...keys) => {
      await tmux('send-keys', ...keys);
    },
    paste: async (text) => {
      await tmux('set-buffer', '--', text);
      await tmux('paste-buffer', '-p', '-r', '-d');
    },
    look,
    waitFor: async (pattern) => {
      const untilMs = Date.now() + TIME_LIMIT_MS;
      for (;;) {
        const screen = await look();
        if (pattern.test(screen)) return screen;
        if (Date.now() > untilMs)
          throw new Error(`no ${String(pattern)} on the screen:\n${screen}`);
        await sleep(LOOK_EVERY_MS);
      }
    },
    resize: async (newColumns, newRows) => {
      await tmux('resize-window', '-x', String(newColumns), '-y', String(newRows));
    },
    [Symbol.asyncDispose]: async () => {
      // By its number: its socket may have gone with the home it was in.
      const untilMs = Date.now() + TIME_LIMIT_MS;
      while (isRunning(server, Date.now() > untilMs ? 'SIGKILL' : 'SIGTERM')) {
        await sleep(LOOK_EVERY_MS);
      }
    },
  };
}

/** Sends it the signal; whether there was a process to get it. */
function isRunning(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
