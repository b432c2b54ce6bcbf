import { EXIT, problem, type Problem } from '@postern/protocol';
import type { ProgramParts } from './commands/make-context.ts';
import { readEnvironment } from './config/environment.ts';
import { CommandFailed } from './failure/command-failed.ts';
import { exitCodeOf } from './failure/command-failed.ts';
import { keepReportOffTheNetwork, leaveMemoryOutOfCoreDumps } from '@postern/app';
import { endOfLostOutput } from './failure/lost-output.ts';
import { placeOf } from './failure/place-of.ts';
import { openTerminal, styled, type Terminal } from './terminal/terminal.ts';

// Before any secret is in memory.
leaveMemoryOutOfCoreDumps();
keepReportOffTheNetwork();
const environment = readEnvironment();
const terminal = openTerminal(environment.wantsColour);
const asked = { json: false };

/**
 * Runs this process's command line. This is the outermost frame, the only one that catches errors.
 */
export async function runPostern(parts: ProgramParts): Promise<void> {
  process.on('uncaughtException', (fault) => {
    tellFault(fault);
    process.exit(EXIT.failure);
  });
  process.once('exit', tellLostOutput);
  const self = [process.execPath, ...process.argv.slice(1, 2)] as const;
  try {
    // The terminal is loaded first, so that an error while loading the rest can be printed.
    const { runCommandLine } = await import('./commands/command-line.ts');
    const surroundings = { ...parts, environment, terminal, self };
    await runCommandLine(surroundings, process.argv.slice(2), () => {
      asked.json = true;
    });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    tell(terminal, error.failure, asked.json);
    process.exitCode = exitCodeOf(error.failure);
  }
}

/** Prints one line: what happened and what to do. */
function tell(to: Terminal, failure: Problem, asJson: boolean): void {
  if (asJson) to.print(JSON.stringify({ error: failure }));
  to.note(
    `${styled(to, 'red', 'postern:')} ${failure.message} ${failure.remedy} [${failure.code}]`,
  );
}

/**
 * An error's message may contain anything, so it is never shown. Its location is shown on request.
 */
function tellFault(fault: unknown): void {
  const kind = fault instanceof Error ? fault.name : typeof fault;
  tell(terminal, problem('INTERNAL', `Internal error (${kind}).`), asked.json);
  if (process.argv.includes('--verbose')) terminal.note(placeOf(fault));
}

/** A lost result isn't a success. */
function tellLostOutput(): void {
  const lost = terminal.lost();
  if (lost === undefined) return;
  const { failure, exitCode } = endOfLostOutput(lost.code, 'result');
  if (failure !== undefined) tell({ ...terminal, print: () => undefined }, failure, false);
  process.exitCode = exitCode;
}
