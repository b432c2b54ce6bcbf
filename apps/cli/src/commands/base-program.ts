import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Environment } from '../config/environment.ts';
import { homeOf } from '../config/home.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { CommandContext } from './command-context.ts';
import { wholeNumber, type GetContext } from './program/option-values.ts';

interface GlobalOptions {
  readonly home?: string;
  readonly storage?: 'auto' | 'keyring' | 'file';
  readonly passphraseFd?: number;
  readonly json?: true;
  readonly verbose?: true;
}

/** The command line without its commands. */
export interface BaseProgram {
  readonly program: Command;
  readonly context: GetContext;
}

/** The options that every command has. Before or after the command they mean the same. */
export function baseProgram(
  environment: Environment,
  terminal: Terminal,
  self: readonly [string, ...string[]],
): BaseProgram {
  const program = new Command('postern')
    .description('One door between people and language models: keys, chat and a gateway.')
    .version(packageJson.version)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  const context = (): CommandContext => {
    const options = program.opts<GlobalOptions>();
    return {
      terminal,
      environment,
      home: homeOf(environment, options.home),
      clock: systemClock,
      randomness: systemRandomness,
      version: packageJson.version,
      storage: options.storage,
      passphraseFd: options.passphraseFd,
      chosenHome: options.home,
      self: self[0],
      selfArguments: self.slice(1),
      json: options.json === true,
      verbose: options.verbose === true,
    };
  };
  addGlobalOptions(program);
  return { program, context };
}

function addGlobalOptions(program: Command): void {
  program
    .option('--home <dir>', 'keep everything under this directory instead of the XDG ones')
    .addOption(
      new Option('--storage <mode>', 'where secrets live').choices(['auto', 'keyring', 'file']),
    )
    .option('--passphrase-fd <n>', 'read the passphrase from this file descriptor', wholeNumber)
    .option('--json', 'print the result as JSON')
    .option('--verbose', 'say more when something fails');
}
