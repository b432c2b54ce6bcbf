import {
  planLitellm,
  previewLitellmImport,
  runLitellmImport,
  type LitellmOutcome,
  readLitellmKeys,
  type LitellmPlan,
  type OpenVault,
  type PlannedKeys,
} from '@postern/app';
import { describeImportFailure, readLitellmConfig } from '@postern/importers';
import { EXIT, problem } from '@postern/protocol';
import { confirm } from '../terminal/prompt.ts';
import {
  connectOrCreate,
  endWith,
  fail,
  openParts,
  orFail,
  report,
  type CommandContext,
} from './context.ts';
import { createKeys, previewKeys, type KeyRow } from './litellm-keys.ts';
import { litellmLines, nextSteps } from './litellm-lines.ts';

export interface LitellmImportOptions {
  readonly fromEnv: boolean;
  readonly keys?: string;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/**
 * `postern import litellm FILE`: shows what it would do, and does it when confirmed. Prints no secret but
 * the tokens of keys that it created.
 */
export async function importLitellm(
  context: CommandContext,
  path: string,
  { fromEnv, keys: keysPath, replace, dryRun, yes }: LitellmImportOptions,
): Promise<void> {
  const { terminal, environment } = context;
  const isAsked = terminal.interactive && !context.json && !yes;
  if (!dryRun && !yes && !isAsked) {
    fail(problem('USAGE', 'Without a question to confirm, it needs --yes or --dry-run.'));
  }
  const config = orFail(await readLitellmConfig(path), describeImportFailure);
  const plan = planLitellm(config, (name) => (fromEnv ? environment.variables[name] : undefined));
  const parts = openParts(context);
  const preview = orFail(await previewLitellmImport(parts, plan, replace));
  const keys = await keysIn(context, keysPath);
  const keyRows = await previewKeys(context, preview.vault, keys);
  const described = {
    path,
    isExposed: config.secrets.length > 0,
    notes: [...plan.notes, ...keys.notes],
  };
  if (dryRun || isAsked) {
    show(context, { ...described, outcome: preview, keys: keyRows, isDone: false });
  }
  if (dryRun) return;
  await agree(context, { isAsked, losesComments: preview.losesComments });
  const options = { isReplacing: replace, vault: preview.vault };
  const outcome = orFail(await runLitellmImport(parts, plan, options));
  const created = await keysAfter(context, outcome.vault, keys);
  show(context, { ...described, outcome, keys: created, isDone: true });
  if (isFailed(outcome, created)) endWith(EXIT.failure);
}

async function agree(
  { terminal }: CommandContext,
  { isAsked, losesComments }: { readonly isAsked: boolean; readonly losesComments: boolean },
): Promise<void> {
  if (losesComments) {
    terminal.note('postern: The comments in the configuration file will be removed.');
  }
  if (isAsked && !(await confirm('Import this?'))) {
    fail(problem('CANCELLED', 'Nothing was imported.'));
  }
}

async function keysIn({ clock }: CommandContext, path: string | undefined): Promise<PlannedKeys> {
  if (path === undefined) return { keys: [], notes: [] };
  return orFail(await readLitellmKeys(path, clock.nowMs()));
}

function isFailed({ secrets }: LitellmOutcome, keys: readonly KeyRow[]): boolean {
  const isUnverified = secrets.some(({ outcome }) => outcome === 'not-verified');
  return isUnverified || keys.some(({ outcome }) => outcome === 'refused');
}

async function keysAfter(
  context: CommandContext,
  vault: OpenVault | undefined,
  keys: PlannedKeys,
): Promise<readonly KeyRow[]> {
  if (keys.keys.length === 0) return [];
  return await createKeys(context, vault ?? (await connectOrCreate(context)), keys);
}

interface Shown {
  readonly path: string;
  readonly isExposed: boolean;
  readonly notes: LitellmPlan['notes'];
  readonly outcome: LitellmOutcome;
  readonly keys: readonly KeyRow[];
  readonly isDone: boolean;
}

function show(
  context: CommandContext,
  { path, isExposed, notes, outcome, keys, isDone }: Shown,
): void {
  const { changes, secrets, withheld, missing } = outcome;
  const value = {
    file: path,
    config: context.home.configFile,
    dryRun: !isDone,
    changes,
    secrets,
    withheld,
    missingSecrets: missing,
    keys,
    notes,
    exposesSecrets: isExposed,
  };
  report(context, value, [...litellmLines(value), ...(isDone ? nextSteps(value) : [])]);
}
