import {
  planLitellm,
  previewLitellmImport,
  runLitellmImport,
  type LitellmOutcome,
  type LitellmPlan,
} from '@postern/app';
import { describeImportFailure, readLitellmConfig } from '@postern/importers';
import { EXIT, problem } from '@postern/protocol';
import { confirm } from '../terminal/prompt.ts';
import { endWith, fail, openParts, orFail, report, type CommandContext } from './context.ts';
import { litellmLines, nextSteps } from './litellm-lines.ts';

export interface LitellmImportOptions {
  readonly fromEnv: boolean;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** `postern import litellm FILE`: shows what it would do, and does it when confirmed. Never prints a value. */
export async function importLitellm(
  context: CommandContext,
  path: string,
  { fromEnv, replace, dryRun, yes }: LitellmImportOptions,
): Promise<void> {
  const { terminal, environment } = context;
  const isAsked = terminal.interactive && !context.json;
  if (!dryRun && !yes && !isAsked) {
    fail(problem('USAGE', 'Without a question to confirm, it needs --yes or --dry-run.'));
  }
  const config = orFail(await readLitellmConfig(path), describeImportFailure);
  const plan = planLitellm(config, (name) => (fromEnv ? environment.variables[name] : undefined));
  const parts = openParts(context);
  const preview = orFail(await previewLitellmImport(parts, plan, replace));
  const described = { path, isExposed: config.secrets.length > 0, plan };
  if (dryRun || isAsked) show(context, { ...described, outcome: preview, isDone: false });
  if (dryRun) return;
  if (preview.losesComments) {
    terminal.note('postern: The comments in the configuration file will be removed.');
  }
  if (!yes && !(await confirm('Import this?'))) {
    fail(problem('CANCELLED', 'Nothing was imported.'));
  }
  const options = { isReplacing: replace, vault: preview.vault };
  const outcome = orFail(await runLitellmImport(parts, plan, options));
  show(context, { ...described, outcome, isDone: true });
  if (outcome.secrets.some((row) => row.outcome === 'not-verified')) endWith(EXIT.failure);
}

interface Shown {
  readonly path: string;
  readonly isExposed: boolean;
  readonly plan: LitellmPlan;
  readonly outcome: LitellmOutcome;
  readonly isDone: boolean;
}

function show(context: CommandContext, { path, isExposed, plan, outcome, isDone }: Shown): void {
  const { changes, secrets, withheld, missing } = outcome;
  const value = {
    file: path,
    config: context.home.configFile,
    dryRun: !isDone,
    changes,
    secrets,
    withheld,
    missingSecrets: missing,
    notes: plan.notes,
    exposesSecrets: isExposed,
  };
  report(context, value, [...litellmLines(value), ...(isDone ? nextSteps(value) : [])]);
}
