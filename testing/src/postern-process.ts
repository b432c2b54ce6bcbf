import { join } from 'node:path';
import { testProgram } from './test-program/test-program.ts';
import { runProgram, startProgram, type Ended, type RunningProgram } from './run-program.ts';

/** The file that a Node starts the shipped product from. */
export const POSTERN_LAUNCHER = join(import.meta.dirname, '../../apps/cli/bin/postern.js');
const UP_TIMEOUT_MS = 180_000;

export interface PosternOptions {
  /** Where it lives, for example a keyring session's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** `POSTERN_LAUNCHER` for what only the shipped program can show; else it is the tests' own. */
  readonly program?: string;
  readonly input?: string;
  /** The user that it runs as; needs root. */
  readonly user?: number;
  /** Whether its time passes only as the test says, by `tell` with a `ClockCommand`. */
  readonly isTimed?: boolean;
  /** Given on file descriptor 3, which the command is told to read it from. */
  readonly passphrase?: string;
  /** Given on the file descriptors from 4 on; needs a passphrase on 3. */
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
 * Runs one `postern` command that is killed (SIGKILL) as one of its threads enters the `at`th of a
 * system call; whether it came that far. What is done in the thread pool is done by one thread. Throws
 * where it ended by itself with a failure.
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
  // strace ends the way its child did.
  if (signal === 'SIGKILL') return true;
  if (code === 0) return false;
  throw new Error(`ended with ${String(code ?? signal)}: ${stderr}`);
}

/** Starts a `postern` command that stays. */
export function startPostern(
  parameters: readonly string[],
  options: PosternOptions,
): RunningProgram {
  return startProgram(process.execPath, commandLine(parameters, options), programOptions(options));
}

/** A running `postern up`. */
export interface PosternUp extends AsyncDisposable {
  readonly program: RunningProgram;
  /** The page with the launch code, which works once. */
  readonly launchUrl: string;
  /** Where programs reach the gateway: `http://127.0.0.1:PORT`. */
  readonly address: string;
  /** Where the page and its API are: `http://localhost:PORT`. */
  readonly pageAddress: string;
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** Starts `postern up` on a free port and waits until it has printed where it is. */
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
  // As its own first line starts it.
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
