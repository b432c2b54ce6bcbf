import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Environment } from '../config/environment.ts';
import { homeOf } from '../config/home.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { CommandContext } from './context.ts';
import { addAuditCommands } from './program/audit-commands.ts';
import { addAuthCommands } from './program/auth-commands.ts';
import { addCompletionCommands } from './program/completion-commands.ts';
import { addKeyCommands } from './program/key-commands.ts';
import { wholeNumber } from './program/option-values.ts';
import { addProcessCommands } from './program/process-commands.ts';
import { addRunCommands } from './program/run-commands.ts';
import { addSecretCommands } from './program/secret-commands.ts';
import { addVaultCommands } from './program/vault-commands.ts';

interface GlobalOptions {
  readonly home?: string;
  readonly storage?: 'auto' | 'keyring' | 'file';
  readonly passphraseFd?: number;
  readonly json?: true;
  readonly verbose?: true;
}

/** The command line. Options before or after the command mean the same. */
export function createProgram(
  environment: Environment,
  terminal: Terminal,
  self: readonly [string, ...string[]],
): Command {
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
  addProcessCommands(program, context);
  addVaultCommands(program, context);
  addSecretCommands(program, context);
  addRunCommands(program, context);
  addKeyCommands(program, context);
  addAuditCommands(program, context);
  addAuthCommands(program, context);
  addCompletionCommands(program, context);
  return program;
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
