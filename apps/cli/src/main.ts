import { CommanderError } from 'commander';
import { createProgram } from './commands/program.ts';
import { readEnvironment } from './config/environment.ts';
import { CommandFailed, exitCodeOf, type Described } from './failure/described.ts';
import { openTerminal, styled, type Terminal } from './terminal/terminal.ts';

const USAGE_EXIT = 2;

/** The outermost frame: the only one that catches. */
const environment = readEnvironment();
const terminal = openTerminal(environment.wantsColour);
const program = createProgram(environment, terminal, [
  process.execPath,
  ...process.argv.slice(1, 2),
]);
try {
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

/** One line: what happened and what to do. */
function tell(to: Terminal, failure: Described, asJson: boolean): void {
  if (asJson) to.print(JSON.stringify({ error: failure }));
  to.note(
    `${styled(to, 'red', 'postern:')} ${failure.message} ${failure.remedy} [${failure.code}]`,
  );
}
