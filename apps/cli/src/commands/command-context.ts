import type { Clock, Randomness, Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { KdfCosts } from '@postern/vault';
import type { Environment } from '../config/environment.ts';
import { openHome as openHomeOf, type Home, type LoadedConfig } from '@postern/app';
import { CommandFailed } from '../failure/command-failed.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The arguments of every command. Nothing else is global. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly home: Home;
  readonly clock: Clock;
  readonly kdfCosts: KdfCosts;
  /** How often a running process checks whether to lock, in milliseconds. */
  readonly lookEveryMs: number;
  readonly randomness: Randomness;
  readonly version: string;
  /** `--storage`, which overrides the configuration. */
  readonly storage: 'auto' | 'keyring' | 'file' | undefined;
  /** `--passphrase-fd`: an open file descriptor that holds the passphrase. */
  readonly passphraseFd: number | undefined;
  /** The value of `--home`. */
  readonly chosenHome: string | undefined;
  /** The program and first arguments that start this command line again. */
  readonly self: string;
  readonly selfArguments: readonly string[];
  readonly json: boolean;
  /** Whether the command repairs the audit log, and so runs even if the log accepts no records. */
  readonly isForLog?: true;
  readonly verbose: boolean;
}

/** Returns the value, or ends the command with the failure's message and exit code. */
export function orFail<T>(result: Result<T, Problem>): T;
export function orFail<T, F>(result: Result<T, F>, describe: (failure: F) => Problem): T;
export function orFail<T>(
  result: Result<T, Problem>,
  describe = (failure: Problem): Problem => failure,
): T {
  if (result.ok) return result.value;
  throw new CommandFailed(describe(result.failure));
}

export function fail(failure: Problem): never {
  throw new CommandFailed(failure);
}

/** Ends the command with this exit code after its output is written. */
export function endWith(exitCode: number): void {
  process.exitCode = exitCode;
}

/** Prints a result: JSON with `--json`, else lines of text. */
export function report(context: CommandContext, value: unknown, lines: readonly string[]): void {
  if (context.json) context.terminal.print(JSON.stringify(value, null, 2));
  else for (const line of lines) context.terminal.print(line);
}

/** Creates the home's directories and reads the configuration. */
export function openHome(context: CommandContext): LoadedConfig {
  return orFail(openHomeOf(context.home));
}
