import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn as spawnPty, type IPty } from '@lydell/node-pty';
import type { RunInput } from './run-driver.ts';

const DRIVER = new URL('run-driver.ts', import.meta.url).pathname;

export const SECRET = 'sk-ant-api03-Zq7_x9/Lm+0=';

export type RunOptions = Pick<RunInput, 'command'> & Partial<RunInput>;

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

/** The driver in a pseudoterminal. */
export interface RunningInTerminal {
  readonly pty: IPty;
  /** Everything written so far. */
  readonly screen: () => string;
  readonly ended: Promise<number>;
}

/** A directory for the files of one suite's runs. It is also the commands' home. */
export class RunWorld implements Disposable {
  readonly home = mkdtempSync(join(tmpdir(), 'postern-run-'));
  /** A shell must not write to the history of the user who runs the tests. */
  readonly #ownHome = { HOME: this.home, HISTFILE: join(this.home, '.bash_history') };
  #count = 0;

  /** Starts the driver with pipes for its three streams. */
  start(options: RunOptions, environment: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn(process.execPath, this.#parameters(options), {
      env: { ...process.env, ...this.#ownHome, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Runs the driver to its end. */
  async run(
    options: RunOptions,
    input = '',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const child = this.start(options, environment);
    const parts = { output: '', errors: '' };
    child.stdout?.on('data', (chunk: Buffer) => (parts.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (parts.errors += chunk.toString()));
    child.stdin?.end(input);
    await once(child, 'close');
    return { code: child.exitCode, signal: child.signalCode, ...parts };
  }

  /** Starts the driver in a pseudoterminal. `screen` returns everything that it has written. */
  inTerminal(options: RunOptions): RunningInTerminal {
    const pty = spawnPty(process.execPath, this.#parameters(options), {
      cols: 90,
      rows: 30,
      env: { ...process.env, ...this.#ownHome },
    });
    let written = '';
    pty.onData((data) => (written += data));
    const ended = new Promise<number>((resolve) => {
      pty.onExit(({ exitCode, signal = 0 }) => {
        resolve(signal > 0 ? 128 + signal : exitCode);
      });
    });
    return { pty, screen: () => written, ended };
  }

  #parameters(options: RunOptions): string[] {
    const path = join(this.home, `input-${(this.#count += 1)}.json`);
    const full = { secrets: { KEY: SECRET }, via: 'env', isMasked: true, ...options };
    writeFileSync(path, JSON.stringify(full), { mode: 0o600 });
    return [DRIVER, path];
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
