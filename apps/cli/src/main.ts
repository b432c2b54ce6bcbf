import { CommanderError } from 'commander';
import { baseProgram } from './commands/base-program.ts';
import { readEnvironment } from './config/environment.ts';
import { CommandFailed, exitCodeOf, type Described } from './failure/described.ts';
import { openTerminal, styled, type Terminal } from './terminal/terminal.ts';

const USAGE_EXIT = 2;

const environment = readEnvironment();
const terminal = openTerminal(environment.wantsColour);
const base = baseProgram(environment, terminal, [process.execPath, ...process.argv.slice(1, 2)]);
const { program } = base;
void main();

/** The outermost frame: the only one that catches. */
async function main(): Promise<void> {
  try {
    await addWhatIsAskedFor();
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommandFailed) {
      tell(terminal, error.failure, program.opts<{ json?: true }>().json === true);
      process.exitCode = exitCodeOf(error.failure);
    } else if (error instanceof CommanderError) {
      // Commander has printed help, the version or what is wrong with the command line.
      process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT;
    } else {
      throw error;
    }
  }
}

/** `run` stands between a person and a command at every start: it waits for no other's code. */
async function addWhatIsAskedFor(): Promise<void> {
  const [command] = program.parseOptions(process.argv.slice(2)).operands;
  if (command === 'run') {
    (await import('./commands/program/run-command.ts')).addRun(program, base.context);
  } else {
    (await import('./commands/program.ts')).addCommands(base);
  }
}

/** One line: what happened and what to do. */
function tell(to: Terminal, failure: Described, asJson: boolean): void {
  if (asJson) to.print(JSON.stringify({ error: failure }));
  to.note(
    `${styled(to, 'red', 'postern:')} ${failure.message} ${failure.remedy} [${failure.code}]`,
  );
}
