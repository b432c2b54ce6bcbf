import { problem } from '@postern/protocol';
import { CommanderError, Option, type Command } from 'commander';
import { CommandFailed } from '../failure/command-failed.ts';
import { makeContext, VERSION, type GlobalOptions, type Surroundings } from './make-context.ts';
import { addCommands } from './program.ts';
import { wholeNumber, type GetContext } from './program/option-values.ts';
import { pathOf, PosternCommand } from './usage-error.ts';

const USAGE_EXIT = 2;

/** The command line; `first` is its first word (see `addCommands`). */
function commandLine(surroundings: Surroundings, first?: string): PosternCommand {
  const program = new PosternCommand('postern')
    .description('A vault for API keys, an encrypted chat and a gateway to language models.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        surroundings.terminal.write(text);
      },
      writeErr: (text) => {
        surroundings.terminal.note(text.trimEnd());
      },
    });
  addGlobalOptions(program);
  program.addHelpText('beforeAll', ({ command, error }) => {
    const unknown = unknownCommandIn(command);
    // Commander itself names similar commands if help wasn't requested.
    if (unknown !== undefined) commandLine(surroundings).parse(unknown, { from: 'user' });
    if (error && program.opts<GlobalOptions>().json === true) {
      throw new CommandFailed(problem('USAGE', `${pathOf(command)} needs a subcommand.`));
    }
    return '';
  });
  const context: GetContext = (places) =>
    makeContext(surroundings, program.opts<GlobalOptions>(), places);
  addCommands(program, context, first);
  return program;
}

/** Returns the words of a command that doesn't exist, if the line requests its help. */
function unknownCommandIn(command: Command): readonly string[] | undefined {
  const [first, second] = command.args;
  const word = first === 'help' ? second : first;
  const isCommand = command.commands.some((each) => each.name() === word);
  if (word === undefined || word.startsWith('-') || isCommand || command.commands.length === 0) {
    return undefined;
  }
  return [...pathOf(command).split(' ').slice(1), word];
}

/** Runs the command line. If it contains `--json`, `onJson` is called first. */
export async function runCommandLine(
  surroundings: Surroundings,
  parameters: readonly string[],
  onJson: () => void,
): Promise<void> {
  const program = commandLine(surroundings, parameters[0]);
  program.on('option:json', onJson);
  try {
    await program.parseAsync(parameters, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed the help or the version.
      process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT;
      return;
    }
    // A mistake before `--json` stops the parsing.
    if (asksForJson(parameters)) onJson();
    throw error;
  }
}

function asksForJson(parameters: readonly string[]): boolean {
  const end = parameters.indexOf('--');
  return (end === -1 ? parameters : parameters.slice(0, end)).includes('--json');
}

/** Options with the same meaning before and after the command. */
export function addGlobalOptions(program: Command): void {
  program
    .option('--home <dir>', 'keep all data in this directory instead of the XDG directories')
    .addOption(
      new Option('--storage <mode>', 'where to store secrets').choices(['auto', 'keyring', 'file']),
    )
    .option('--passphrase-fd <n>', 'read the passphrase from this file descriptor', wholeNumber)
    .option('--json', 'print the result as JSON')
    .option('--verbose', 'print details when something fails');
}
