import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { parseAssignment, parseEnvFile, type Variable } from './env-file.ts';
import type { RunFailure } from './run-failure.ts';
import { formatReference } from './secret-reference.ts';
import { distinctReferences, type TakeSecrets, type WhenMissing } from './take-secrets.ts';

/**
 * How the command gets its secrets:
 *
 * - `env`: in variables, which other programs of the same user can read in /proc
 * - `fd`: each through a descriptor that can be read once. The variable contains its number (`3`)
 * - `stdin`: one secret on standard input
 * - `file`: each in a file without a name, in memory. The variable contains its path (`/proc/self/fd/3`)
 */
export type Via = 'env' | 'fd' | 'stdin' | 'file';

export interface RunRequest {
  /** `NAME=postern://name/field` from the command line. They override the files. */
  readonly assignments: readonly string[];
  /** Paths and contents of env files. Later files override earlier ones. */
  readonly envFiles: readonly { readonly path: string; readonly text: string }[];
  readonly via: Via;
}

/** The variables for the command, with unresolved references. */
export interface RunPlan {
  readonly variables: readonly Variable[];
  readonly via: Via;
}

/** Parses all assignments. Fails at the first invalid one. */
export function planRun({ assignments, envFiles, via }: RunRequest): Result<RunPlan, RunFailure> {
  const byName = new Map<string, Variable>();
  for (const { path, text } of envFiles) {
    const parsed = parseEnvFile(text, path);
    if (!parsed.ok) return parsed;
    for (const variable of parsed.value) byName.set(variable.name, variable);
  }
  for (const assignment of assignments) {
    const parsed = parseAssignment(assignment);
    if (!parsed.ok) return parsed;
    byName.set(parsed.value.name, parsed.value);
  }
  const variables = [...byName.values()];
  const count = variables.filter((variable) => 'reference' in variable).length;
  if (via === 'stdin' && count !== 1) return failed({ reason: 'stdin-takes-one', count });
  return ok({ variables, via });
}

/** A plan with resolved references. */
export interface ResolvedRun {
  readonly secrets: readonly { readonly name: string; readonly value: Secret }[];
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  readonly via: Via;
}

/**
 * Fetches every secret once, before anything is started. If secrets are missing, `fail` fails and lists all
 * of them, and `leave-out` leaves out their variables.
 */
export async function resolveRun<F>(
  plan: RunPlan,
  take: TakeSecrets<F>,
  whenMissing: WhenMissing,
): Promise<Result<ResolvedRun, F | RunFailure>> {
  const wanted = plan.variables.flatMap((variable) => ('reference' in variable ? [variable] : []));
  const isWhole = whenMissing === 'fail' || plan.via === 'stdin';
  const taken = await take({
    references: distinctReferences(wanted.map(({ reference }) => reference)),
    whenMissing: isWhole ? 'fail' : 'leave-out',
  });
  if (!taken.ok) return taken;
  const { values, missing } = taken.value;
  if (isWhole && missing.length > 0) return failed({ reason: 'references-missing', missing });
  const secrets = wanted.flatMap(({ name, reference }) => {
    const value = values.get(formatReference(reference));
    return value === undefined ? [] : [{ name, value }];
  });
  const texts = plan.variables.flatMap((variable) => ('text' in variable ? [variable] : []));
  return ok({ secrets, texts, via: plan.via });
}
