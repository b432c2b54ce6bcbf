import { ok, type Result, type Secret } from '@postern/kernel';
import { createMasker } from '../masking/masker.ts';
import { isMaskable } from '../masking/secret-forms.ts';
import type { Program } from './find-program.ts';
import { prepareInputs, type CommandInputs, type InputOptions } from './command-inputs.ts';
import type { ResolvedRun } from './plan-run.ts';
import { literalKeys } from './literal-keys.ts';
import { relayMasked } from './relay-masked.ts';
import { canReplaceProcess, replaceProcess } from './replace-process.ts';
import type { RunFailure } from './run-failure.ts';
import type { RunIo, SignalSource } from './run-io.ts';
import { runInTerminal } from './run-in-terminal.ts';
import { startCommand, waitForCommand } from './start-command.ts';

export interface RunOptions extends InputOptions {
  /** Whether to mask the secrets in the command's output. */
  readonly isMasked: boolean;
  readonly io: RunIo;
  readonly signals: SignalSource;
  /** Calls `start` with the process state that the command inherits. */
  readonly startWith: <T>(start: () => T) => T;
}

/** How a command ended. */
export interface RunEnd {
  readonly exitCode: number;
  /** The system's error code if masked output was lost (`ENOSPC`, `EPIPE`). */
  readonly lostOutput: string | undefined;
}

/**
 * Runs a program (see `findProgram`) with its secrets. The exit code is that of a shell: 128 plus the
 * number of the signal if a signal ended it.
 *
 * Without masking, Postern execs the command and doesn't return; if secrets go through descriptors or
 * standard input, it starts the command and waits. With masking, the command's output goes through us: in a
 * pseudo-terminal if all three streams are terminals and the secrets are variables, otherwise through pipes.
 */
export async function runCommand(
  program: Program,
  run: ResolvedRun,
  options: RunOptions,
): Promise<Result<RunEnd, RunFailure>> {
  const given = await prepareInputs(run, options);
  if (!given.ok) return given;
  if (options.isMasked) return await runMasked(program, given.value, run, options);
  if (run.via === 'env' && canReplaceProcess()) {
    return options.startWith(() => replaceProcess(program, given.value.environment));
  }
  const child = options.startWith(() => startCommand(program, given.value, 'inherit'));
  const ended = waitForCommand(child, program.path, options.io, options.signals);
  await closeFiles(given.value);
  return endOf(await ended);
}

function endOf(
  result: Result<number, RunFailure>,
  lostOutput?: string,
): Result<RunEnd, RunFailure> {
  return result.ok ? ok({ exitCode: result.value, lostOutput }) : result;
}

/** The secrets, and texts of env files that look like keys. */
function maskedValues(run: ResolvedRun): readonly Secret[] {
  return [
    ...run.secrets.map(({ value }) => value),
    ...literalKeys(run).flatMap(({ values }) => values),
  ];
}

/** The names of variables whose values are too short to be masked, for a warning. */
export function unmaskedNames(run: ResolvedRun): readonly string[] {
  return run.secrets.filter(({ value }) => !isMaskable(value)).map(({ name }) => name);
}

async function runMasked(
  program: Program,
  given: CommandInputs,
  run: ResolvedRun,
  { io, signals, startWith }: RunOptions,
): Promise<Result<RunEnd, RunFailure>> {
  const { terminal } = io;
  if (terminal !== undefined && run.via === 'env') {
    const masker = createMasker(maskedValues(run));
    const inTerminal = { io: { ...io, terminal }, masker, signals, startWith };
    return endOf(await runInTerminal(program, given, inTerminal));
  }
  const child = startWith(() => startCommand(program, given, 'pipe'));
  const ended = waitForCommand(child, program.path, io, signals);
  // Made while the command starts. Nothing of its output is read before.
  const masker = createMasker(maskedValues(run));
  const relays = [
    { source: child.stdout, sink: io.output, masker },
    { source: child.stderr, sink: io.errors, masker: masker.sibling() },
  ].map(async (relay) => {
    if (relay.source === null) return undefined;
    return await relayMasked(relay.source, relay.sink, relay.masker, () => {
      // The signal that a program gets when it writes to a closed pipe.
      child.kill('SIGPIPE');
    });
  });
  await closeFiles(given);
  const result = await ended;
  const lost = await Promise.all(relays);
  return endOf(
    result,
    lost.find((each) => each !== undefined),
  );
}

/** Closes our descriptors; the command has its own. */
async function closeFiles({ descriptors }: CommandInputs): Promise<void> {
  for (const each of descriptors) {
    if (!(each instanceof Uint8Array)) await each.close();
  }
}
