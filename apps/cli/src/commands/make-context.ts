import packageJson from '../../package.json' with { type: 'json' };
import type { Environment } from '../config/environment.ts';
import { homeOf } from '../config/home.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { CommandContext } from './command-context.ts';

export const VERSION = packageJson.version;

/** What a command line is read in. */
export interface Surroundings {
  readonly environment: Environment;
  readonly terminal: Terminal;
  /** The program and first arguments that start this command line again. */
  readonly self: readonly [string, ...string[]];
}

/** The options that every command has. */
export interface GlobalOptions {
  readonly home?: string | undefined;
  readonly storage?: 'auto' | 'keyring' | 'file' | undefined;
  readonly passphraseFd?: number;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export function makeContext(surroundings: Surroundings, options: GlobalOptions): CommandContext {
  const { environment, terminal, self } = surroundings;
  return {
    terminal,
    environment,
    home: homeOf(environment, options.home),
    clock: systemClock,
    randomness: systemRandomness,
    version: VERSION,
    storage: options.storage,
    passphraseFd: options.passphraseFd,
    chosenHome: options.home,
    self: self[0],
    selfArguments: self.slice(1),
    json: options.json === true,
    verbose: options.verbose === true,
  };
}
