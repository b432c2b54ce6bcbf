import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn as spawnPty, type IPty } from '@lydell/node-pty';
import type { RunWishFile } from './run-driver.ts';

const DRIVER = new URL('run-driver.ts', import.meta.url).pathname;

export const SECRET = 'sk-ant-api03-Zq7_x9/Lm+0=';

export type Wish = Pick<RunWishFile, 'command'> & Partial<RunWishFile>;

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

/** The driver in a terminal of ours. */
export interface RunningInTerminal {
  readonly pty: IPty;
  /** Everything that was written. */
  readonly screen: () => string;
  readonly ended: Promise<number>;
}

/** A directory for the files of the runs of one suite, which is also the home of their commands. */
export class RunWorld implements Disposable {
  readonly home = mkdtempSync(join(tmpdir(), 'postern-run-'));
  /** A shell writes its history, and not into that of the person who runs the tests. */
  readonly #ownHome = { HOME: this.home, HISTFILE: join(this.home, '.bash_history') };
  #count = 0;

  /** Starts the driver with pipes on all three sides. */
  start(wish: Wish, environment: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn(process.execPath, this.#parameters(wish), {
      env: { ...process.env, ...this.#ownHome, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Runs it to its end. */
  async run(
    wish: Wish,
    input = '',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const child = this.start(wish, environment);
    const parts = { output: '', errors: '' };
    child.stdout?.on('data', (chunk: Buffer) => (parts.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (parts.errors += chunk.toString()));
    child.stdin?.end(input);
    await once(child, 'close');
    return { code: child.exitCode, signal: child.signalCode, ...parts };
  }

  /** Starts the driver in a terminal, of which `screen` has everything that was written. */
  inTerminal(wish: Wish): RunningInTerminal {
    const pty = spawnPty(process.execPath, this.#parameters(wish), {
      cols: 90,
      rows: 30,
      env: { ...process.env, ...this.#ownHome },
    });
    let written = '';
    pty.onData((data) => (written += data));
    const ended = new Promise<number>((settle) => {
      pty.onExit(({ exitCode, signal = 0 }) => {
        settle(signal > 0 ? 128 + signal : exitCode);
      });
    });
    return { pty, screen: () => written, ended };
  }

  #parameters(wish: Wish): string[] {
    const path = join(this.home, `wish-${(this.#count += 1)}.json`);
    const full = { secrets: { KEY: SECRET }, via: 'env', isMasked: true, ...wish };
    writeFileSync(path, JSON.stringify(full), { mode: 0o600 });
    return [DRIVER, path];
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
