import type { Clock } from '@postern/kernel';
import type { KdfCosts } from '@postern/vault';
import packageJson from '../../package.json' with { type: 'json' };
import type { Environment } from '../config/environment.ts';
import { homeOf, systemRandomness } from '@postern/app';
import type { Terminal } from '../terminal/terminal.ts';
import type { CommandContext } from './command-context.ts';

export const VERSION = packageJson.version;

/** The dependencies that all commands share. Tests pass others. */
export interface ProgramParts {
  readonly clock: Clock;
  readonly kdfCosts: KdfCosts;
  /** How often a running process checks whether to lock, in milliseconds. */
  readonly lookEveryMs: number;
}

/** The environment in which a command line is run. */
export interface Surroundings extends ProgramParts {
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

/** Where a command finds its files, if not in the usual places. */
export interface ChosenPlaces {
  /** Instead of the home's `config.json`. */
  readonly configFile?: string | undefined;
  /** Whether systemd's state directory is the home unless `--home` names one. */
  readonly inStateDirectory?: boolean;
}

export function makeContext(
  surroundings: Surroundings,
  options: GlobalOptions,
  places: ChosenPlaces = {},
): CommandContext {
  const { environment, terminal, self, clock, kdfCosts, lookEveryMs } = surroundings;
  const state = places.inStateDirectory === true ? environment.stateDirectory : undefined;
  const chosenHome = options.home ?? state;
  return {
    terminal,
    environment,
    home: homeOf(environment, chosenHome, places.configFile),
    clock,
    kdfCosts,
    lookEveryMs,
    randomness: systemRandomness,
    version: VERSION,
    storage: options.storage,
    passphraseFd: options.passphraseFd,
    chosenHome,
    self: self[0],
    selfArguments: self.slice(1),
    json: options.json === true,
    verbose: options.verbose === true,
  };
}
