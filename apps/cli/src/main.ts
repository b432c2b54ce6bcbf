import { makeContext, type Surroundings } from './commands/make-context.ts';
import { readRunLine } from './commands/run-line.ts';
import { readEnvironment } from './config/environment.ts';
import { CommandFailed, exitCodeOf, type Described } from './failure/described.ts';
import { openTerminal, styled, type Terminal } from './terminal/terminal.ts';

const environment = readEnvironment();
const terminal = openTerminal(environment.wantsColour);
void main(process.argv.slice(2));

/** The outermost frame: the only one that catches. */
async function main(parameters: readonly string[]): Promise<void> {
  const self = [process.execPath, ...process.argv.slice(1, 2)] as const;
  const asked = { json: false };
  try {
    await runAsAsked({ environment, terminal, self }, parameters, asked);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    tell(terminal, error.failure, asked.json);
    process.exitCode = exitCodeOf(error.failure);
  }
}

/** `run` stands between a person and a command at every start: it waits for no other's code. */
async function runAsAsked(
  surroundings: Surroundings,
  parameters: readonly string[],
  asked: { json: boolean },
): Promise<void> {
  const line = readRunLine(parameters);
  if (line === undefined) {
    const { runCommandLine } = await import('./commands/command-line.ts');
    await runCommandLine(surroundings, parameters, () => {
      asked.json = true;
    });
    return;
  }
  asked.json = line.globals.json ?? false;
  const { run } = await import('./commands/run.ts');
  await run(makeContext(surroundings, line.globals), line.command, line.options);
}

/** One line: what happened and what to do. */
function tell(to: Terminal, failure: Described, asJson: boolean): void {
  if (asJson) to.print(JSON.stringify({ error: failure }));
  to.note(
    `${styled(to, 'red', 'postern:')} ${failure.message} ${failure.remedy} [${failure.code}]`,
  );
}
