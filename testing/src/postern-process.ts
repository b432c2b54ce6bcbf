import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testProgram } from './test-program/test-program.ts';
import { runProgram, startProgram, type Ended, type RunningProgram } from './run-program.ts';

/** The script that starts the shipped product. */
export const POSTERN_LAUNCHER = join(import.meta.dirname, '../../apps/cli/bin/postern.js');

/** The options with which the launcher's first line starts Node. */
export function launcherNodeOptions(): readonly string[] {
  const [line = ''] = readFileSync(POSTERN_LAUNCHER, 'utf8').split('\n', 1);
  return line.split(' ').filter((word) => word.startsWith('--') && word !== '--');
}

const UP_TIMEOUT_MS = 180_000;

export interface PosternOptions {
  /** The program's environment, for example a keyring session's. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Use `POSTERN_LAUNCHER` for what only the shipped program can show. Default: the test program.
   */
  readonly program?: string;
  readonly input?: string;
  /** The id of the user to run it as; needs root. */
  readonly user?: number;
  /** Whether the test controls its clock, by `sendMessage` with a `ClockCommand`. */
  readonly isTimed?: boolean;
  /** Passed on file descriptor 3, with `--passphrase-fd 3`. */
  readonly passphrase?: string;
  /** Passed on the file descriptors from 4 on; needs a passphrase on 3. */
  readonly descriptors?: readonly string[];
}

/** Runs one `postern` command to its end. */
export async function runPostern(
  parameters: readonly string[],
  options: PosternOptions,
): Promise<Ended> {
  return await runProgram(
    process.execPath,
    commandLine(parameters, options),
    programOptions(options),
  );
}

/**
 * Runs one `postern` command and kills it (SIGKILL) when one of its threads enters the `at`th of
 * the named system calls. Returns whether that call was reached. The thread pool has one thread.
 * Throws if the command failed before it.
 */
export async function runPosternKilledAt(
  at: number,
  systemCalls: readonly string[],
  parameters: readonly string[],
  options: PosternOptions,
): Promise<boolean> {
  const set = systemCalls.join(',');
  const { environment, ...others } = programOptions(options);
  const { code, signal, stderr } = await runProgram(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null', '-e', `trace=${set}`],
      ...['-e', `inject=${set}:signal=KILL:when=${String(at)}`],
      ...[process.execPath, ...commandLine(parameters, options)],
    ],
    { ...others, environment: { ...environment, UV_THREADPOOL_SIZE: '1' } },
  );
  // strace exits with the status of its child.
  if (signal === 'SIGKILL') return true;
  if (code === 0) return false;
  throw new Error(`ended with ${String(code ?? signal)}: ${stderr}`);
}

/** Starts a `postern` command that keeps running. */
export function startPostern(
  parameters: readonly string[],
  options: PosternOptions,
): RunningProgram {
  return startProgram(process.execPath, commandLine(parameters, options), programOptions(options));
}

/** A running `postern up`. */
export interface PosternUp extends AsyncDisposable {
  readonly program: RunningProgram;
  /** The URL of the page with the launch code, which works once. */
  readonly launchUrl: string;
  /** The address of the gateway: `http://127.0.0.1:PORT`. */
  readonly address: string;
  /** The address of the page and its API: `http://localhost:PORT`. */
  readonly pageAddress: string;
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** Starts `postern up` on a free port and waits until it has printed its addresses. */
export async function upPostern(
  options: PosternOptions & { readonly port?: number },
  parameters: readonly string[] = [],
): Promise<PosternUp> {
  const port = String(options.port ?? 0);
  const all = ['up', '--no-open', '--port', port, ...parameters];
  const program = startPostern(all, options);
  const [, launchUrl = ''] = await program.waitFor(/Open\s+(http:\S+)\s/, UP_TIMEOUT_MS);
  const [, address = ''] = await program.waitFor(/Gateway\s+(http:\S+)\/v1\s/, UP_TIMEOUT_MS);
  return {
    program,
    launchUrl,
    address,
    pageAddress: new URL(launchUrl).origin,
    stop: (signal) => program.stop(signal),
    [Symbol.asyncDispose]: async () => {
      await program.stop();
    },
  };
}

function commandLine(
  parameters: readonly string[],
  { passphrase, user, program = testProgram(user) }: PosternOptions,
): string[] {
  const given = passphrase === undefined ? [] : ['--passphrase-fd', '3'];
  // `--` as in the launcher's first line.
  return ['--', program, ...given, ...parameters];
}

function programOptions(options: PosternOptions): Parameters<typeof startProgram>[2] {
  const { environment, input, user, passphrase, descriptors = [], isTimed } = options;
  return {
    environment,
    ...(isTimed === true ? { hasChannel: true } : {}),
    ...(input === undefined ? {} : { input }),
    ...(user === undefined ? {} : { user }),
    ...(passphrase === undefined ? {} : { descriptors: [passphrase, ...descriptors] }),
  };
}
