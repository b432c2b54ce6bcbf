import { ok, type Result, type Secret } from '@postern/kernel';
import { createMasker } from '../masking/masker.ts';
import { isMaskable } from '../masking/secret-forms.ts';
import type { Program } from './find-program.ts';
import { handOver, type HandOver, type HandOverOptions } from './hand-over.ts';
import type { ResolvedRun } from './plan-run.ts';
import { literalKeys } from './literal-keys.ts';
import { relayMasked } from './relay-masked.ts';
import { canReplaceProcess, replaceProcess } from './replace-process.ts';
import type { RunFailure } from './run-failure.ts';
import type { RunIo, SignalSource } from './run-io.ts';
import { runInTerminal } from './run-in-terminal.ts';
import { startCommand, waitForCommand } from './start-command.ts';

export interface RunOptions extends HandOverOptions {
  /** Whether the secrets are masked in the command's output. */
  readonly isMasked: boolean;
  readonly io: RunIo;
  readonly signals: SignalSource;
  /** Calls the start of the command, in what the command shall inherit of this process. */
  readonly startWith: <T>(start: () => T) => T;
}

/** How a command ended. */
export interface RunEnd {
  readonly exitCode: number;
  /** Why masked output did not reach its reader, as the system names it (`ENOSPC`, `EPIPE`). */
  readonly lostOutput: string | undefined;
}

/**
 * Runs a program (see `findProgram`) with its secrets. Its exit code is as a shell has it: 128 and the
 * number where a signal ended it.
 *
 * Without masking this process becomes the command and does not return; where the secrets go
 * through descriptors or the input it has to stay and only waits. With masking the command's output
 * goes through us: in a pseudo-terminal if we have a terminal on all three sides, through pipes
 * otherwise, or where the secrets take a way that a pseudo-terminal does not have.
 */
export async function runCommand(
  program: Program,
  run: ResolvedRun,
  options: RunOptions,
): Promise<Result<RunEnd, RunFailure>> {
  const given = await handOver(run, options);
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

/** The secrets, and what stands in an env file and looks like one. */
function maskedValues(run: ResolvedRun): readonly Secret[] {
  return [
    ...run.secrets.map(({ value }) => value),
    ...literalKeys(run).flatMap(({ values }) => values),
  ];
}

/** The names of variables that are too short to be masked, to warn of. */
export function unmaskedNames(run: ResolvedRun): readonly string[] {
  return run.secrets.filter(({ value }) => !isMaskable(value)).map(({ name }) => name);
}

async function runMasked(
  program: Program,
  given: HandOver,
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
      // What a program gets that writes where nobody reads any more.
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

/** The command has its own descriptors of them by now. */
async function closeFiles({ descriptors }: HandOver): Promise<void> {
  for (const each of descriptors) {
    if (!(each instanceof Uint8Array)) await each.close();
  }
}
