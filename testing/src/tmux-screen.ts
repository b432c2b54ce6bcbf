import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from './run-program.ts';
import { pathOfProgram } from './system-programs/system-programs.ts';

/** A terminal whose screen can be read: a pane of a separate tmux server with a shell in it. */
export interface TmuxScreen extends AsyncDisposable {
  /** Presses keys, given by tmux's names (`Enter`, `C-c`) or as text. */
  press(...keys: readonly string[]): Promise<void>;
  /** Pastes text as a terminal does, including newlines. */
  paste(text: string): Promise<void>;
  /** Returns the text on the screen without trailing blanks. */
  look(): Promise<string>;
  /** Waits until the screen matches the pattern, and returns it. */
  waitFor(pattern: RegExp): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
}

export interface TmuxOptions {
  /** The directory for its socket; must be a short path. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The command that runs in the pane, in POSIX shell syntax. */
  readonly shell: string;
  readonly columns: number;
  readonly rows: number;
}

const TIME_LIMIT_MS = 180_000;
const POLL_MS = 50;

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
        await sleep(POLL_MS);
      }
    },
    resize: async (newColumns, newRows) => {
      await tmux('resize-window', '-x', String(newColumns), '-y', String(newRows));
    },
    [Symbol.asyncDispose]: async () => {
      // Killed by its process id: its socket may have been removed with the home directory.
      const untilMs = Date.now() + TIME_LIMIT_MS;
      while (isRunning(server, Date.now() > untilMs ? 'SIGKILL' : 'SIGTERM')) {
        await sleep(POLL_MS);
      }
    },
  };
}

/** Sends the signal and returns whether the process exists. */
function isRunning(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
