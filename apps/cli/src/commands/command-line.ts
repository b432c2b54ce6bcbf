import { Command, CommanderError, Option } from 'commander';
import { makeContext, VERSION, type GlobalOptions, type Surroundings } from './make-context.ts';
import { addCommands } from './program.ts';
import { wholeNumber } from './program/option-values.ts';

const USAGE_EXIT = 2;

/** The whole command line. */
function commandLine(surroundings: Surroundings): Command {
  const program = new Command('postern')
    .description('One door between people and language models: keys, chat and a gateway.')
    .version(VERSION)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  addGlobalOptions(program);
  addCommands(program, () => makeContext(surroundings, program.opts<GlobalOptions>()));
  return program;
}

/** Runs what the command line says; `onJson` is called first where it says `--json`. */
export async function runCommandLine(
  surroundings: Surroundings,
  parameters: readonly string[],
  onJson: () => void,
): Promise<void> {
  const program = commandLine(surroundings);
  program.on('option:json', onJson);
  try {
    await program.parseAsync(parameters, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed help, the version or what is wrong with the command line.
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT;
  }
}

/** Before or after the command they mean the same. */
export function addGlobalOptions(program: Command): void {
  program
    .option('--home <dir>', 'keep everything under this directory instead of the XDG ones')
    .addOption(
      new Option('--storage <mode>', 'where secrets live').choices(['auto', 'keyring', 'file']),
    )
    .option('--passphrase-fd <n>', 'read the passphrase from this file descriptor', wholeNumber)
    .option('--json', 'print the result as JSON')
    .option('--verbose', 'say more when something fails');
}
