import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { decodeUtf8 } from '@postern/kernel';
import { executablePath, problem } from '@postern/protocol';
import {
  describeRunFailure,
  findProgram,
  literalKeys,
  MIN_MASKED_BYTES,
  planRun,
  processSignals,
  resolveRun,
  runCommand,
  unmaskedNames,
  type Program,
  type ResolvedRun,
  type RunEnd,
  type RunPlan,
  type SecretRequest,
  type Via,
} from '@postern/run';
import { withOriginalCoreDumps } from '@postern/app';
import { CLOSED_OUTPUT_EXIT, endOfLostOutput } from '../failure/lost-output.ts';
import { standardRunIo } from '../terminal/standard-run-io.ts';
import { endWith, fail, orFail, type CommandContext } from './command-context.ts';
import { take } from './take-secrets.ts';

export interface RunCommandOptions {
  /** `NAME=postern://name/field`. */
  readonly secret?: readonly string[] | undefined;
  readonly envFile?: readonly string[] | undefined;
  readonly via: Via;
  readonly cleanEnv: boolean;
  readonly masking: boolean;
  readonly allowMissing: boolean;
}

/**
 * `postern run … -- COMMAND`: the command gets only the secrets that it names. All mistakes are
 * found before the vault is opened, and every secret is in the audit log before the command starts.
 * Without masking, this process execs the command.
 */
export async function run(
  context: CommandContext,
  command: readonly string[],
  options: RunCommandOptions,
): Promise<void> {
  const plan = orFail(
    planRun({
      assignments: options.secret ?? [],
      envFiles: (options.envFile ?? []).map((path) => ({ path, text: readEnvFile(path) })),
      via: options.via,
    }),
    describeRunFailure,
  );
  const { variables } = context.environment;
  const program = orFail(findProgram(command, variables['PATH']), describeRunFailure);
  const resolved = await resolvePlan(context, plan, program, options.allowMissing);
  warn(context, plan, resolved, options.masking);
  const ended = await runCommand(program, resolved, {
    environment: variables,
    isClean: options.cleanEnv,
    memoryDirectories: [context.environment.xdgRuntimeDir ?? '/dev/shm', '/dev/shm'],
    isMasked: options.masking,
    io: standardRunIo(),
    signals: processSignals,
    startWith: withOriginalCoreDumps,
  });
  endWith(exitCodeAfter(context, orFail(ended, describeRunFailure)));
}

/**
 * The command's own exit code. If the command succeeded or ended because its output was lost, the
 * code of that loss.
 */
function exitCodeAfter({ terminal }: CommandContext, { exitCode, lostOutput }: RunEnd): number {
  if (lostOutput === undefined) return exitCode;
  const loss = endOfLostOutput(lostOutput, 'output');
  const { failure } = loss;
  if (failure !== undefined) {
    terminal.note(`postern: ${failure.message} ${failure.remedy} [${failure.code}]`);
  }
  return exitCode === 0 || exitCode === CLOSED_OUTPUT_EXIT ? loss.exitCode : exitCode;
}

const MAX_ENV_FILE_LENGTH = 1_048_576;

function readEnvFile(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    return fail(problem('ENV_FILE_UNREADABLE', `Can't read the env file ${path}.`));
  }
  const text = bytes.length > MAX_ENV_FILE_LENGTH ? undefined : decodeUtf8(bytes);
  return text ?? fail(problem('ENV_FILE_UNREADABLE', `The env file ${path} isn't UTF-8 text.`));
}

/** Opens the vault only if the plan needs it. */
async function resolvePlan(
  context: CommandContext,
  plan: RunPlan,
  program: Program,
  isMissingAllowed: boolean,
): Promise<ResolvedRun> {
  const whenMissing = isMissingAllowed ? 'leave-out' : 'fail';
  const isNeeded = plan.variables.some((variable) => 'reference' in variable);
  if (!isNeeded) {
    const texts = plan.variables.flatMap((variable) => ('text' in variable ? [variable] : []));
    return { secrets: [], texts, via: plan.via };
  }
  const path = executablePath.parse(resolve(program.path));
  const use = {
    action: 'secret.inject',
    ...(path === undefined ? {} : { program: path }),
  } as const;
  const takeForUse = async (request: SecretRequest) => await take(context, request, use);
  return orFail(await resolveRun(plan, takeForUse, whenMissing), (failure) =>
    'code' in failure ? failure : describeRunFailure(failure),
  );
}

function warn(
  { terminal }: CommandContext,
  plan: RunPlan,
  run: ResolvedRun,
  isMasked: boolean,
): void {
  const known = new Set(run.secrets.map(({ name }) => name));
  const missing = plan.variables.flatMap((variable) =>
    'reference' in variable && !known.has(variable.name)
      ? [`${variable.name} (postern://${variable.reference.name}/${variable.reference.field})`]
      : [],
  );
  if (missing.length > 0) {
    terminal.note(`postern: warning: not in the vault, so not set: ${missing.join(', ')}.`);
  }
  const literal = literalKeys(run).map(({ name }) => name);
  if (literal.length > 0) {
    terminal.note(
      `postern: warning: these env file entries look like keys: ${literal.join(', ')}. ` +
        'Store them with postern secret set NAME, and write postern://NAME in the file.',
    );
  }
  const short = isMasked ? unmaskedNames(run) : [];
  if (short.length > 0) {
    const least = `fewer than ${String(MIN_MASKED_BYTES)} bytes`;
    terminal.note(`postern: warning: too short to be masked (${least}): ${short.join(', ')}.`);
  }
}
