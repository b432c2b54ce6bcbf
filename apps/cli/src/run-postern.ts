import { EXIT, problem, type Problem } from '@postern/protocol';
import type { ProgramParts } from './commands/make-context.ts';
import { readEnvironment } from './config/environment.ts';
import { CommandFailed } from './failure/command-failed.ts';
import { exitCodeOf } from './failure/command-failed.ts';
import { keepReportOffTheNetwork, leaveMemoryOutOfCoreDumps } from '@postern/app';
import { endOfLostOutput } from './failure/lost-output.ts';
import { placeOf } from './failure/place-of.ts';
import { openTerminal, styled, type Terminal } from './terminal/terminal.ts';

// Before anything secret is in the memory.
leaveMemoryOutOfCoreDumps();
keepReportOffTheNetwork();
const environment = readEnvironment();
const terminal = openTerminal(environment.wantsColour);
const asked = { json: false };

/** Reads this process's command line and does what it says. The outermost frame: the only one that catches. */
export async function runPostern(parts: ProgramParts): Promise<void> {
  process.on('uncaughtException', (fault) => {
    tellFault(fault);
    process.exit(EXIT.failure);
  });
  process.once('exit', tellLostOutput);
  const self = [process.execPath, ...process.argv.slice(1, 2)] as const;
  try {
    // With what it needs: a terminal can be told of a fault while it is loaded.
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

/** One line: what happened and what to do. */
function tell(to: Terminal, failure: Problem, asJson: boolean): void {
  if (asJson) to.print(JSON.stringify({ error: failure }));
  to.note(
    `${styled(to, 'red', 'postern:')} ${failure.message} ${failure.remedy} [${failure.code}]`,
  );
}

/** A fault's message may hold anything and is never shown; its place only where that is asked for. */
function tellFault(fault: unknown): void {
  const kind = fault instanceof Error ? fault.name : typeof fault;
  tell(terminal, problem('INTERNAL', `Internal error (${kind}).`), asked.json);
  if (process.argv.includes('--verbose')) terminal.note(placeOf(fault));
}

/** A result that nobody got is no success. */
function tellLostOutput(): void {
  const lost = terminal.lost();
  if (lost === undefined) return;
  const { failure, exitCode } = endOfLostOutput(lost.code, 'result');
  if (failure !== undefined) tell({ ...terminal, print: () => undefined }, failure, false);
  process.exitCode = exitCode;
}
