import { EXIT, problem } from '@postern/protocol';
import {
  osForeignKeyring,
  type ForeignKeyring,
  type ImportFindings,
  type ImportFormat,
} from '@postern/importers';
import { destroyLeftovers, importIntoVault, whyKept } from '@postern/app';
import { printable } from '../terminal/printable.ts';
import { confirm } from '../terminal/prompt.ts';
import { endWith, fail, openParts, orFail, report, type CommandContext } from './context.ts';
import { readSource } from './import-source.ts';
import type { KeyringSource } from './keyring-sources.ts';
import { importLines } from './import-lines.ts';

export interface ImportCommandOptions {
  readonly format?: ImportFormat;
  readonly from?: KeyringSource;
  readonly service?: string;
  readonly account?: string;
  readonly attribute?: Readonly<Record<string, string>>;
  readonly as?: string;
  readonly dryRun: boolean;
  readonly replace: boolean;
  readonly destroy: boolean;
  readonly yes: boolean;
  readonly importPassphraseFd?: number;
}

/**
 * `postern secret import PATH`: imports what another program stored. Prints names, never values.
 */
export async function importFrom(
  context: CommandContext,
  path: string | undefined,
  options: ImportCommandOptions,
): Promise<void> {
  refuseUnconfirmed(context, options);
  const keyring = () => foreignKeyring(context);
  const source = await readSource(context, path, options, keyring);
  const { findings } = source;
  const { dryRun: isDryRun, replace: isReplacing } = options;
  const parts = openParts(context);
  const imported = orFail(await importIntoVault(parts, findings, { isDryRun, isReplacing }));
  const { rows, vault } = imported;
  const kept = options.destroy ? whyKept(rows, findings) : undefined;
  const isToGo = options.destroy && kept === undefined && vault !== undefined;
  const destroyed =
    isToGo && (options.yes || (await isDestroyAgreed(context, findings)))
      ? orFail(await destroyLeftovers({ ...context, keyring }, vault, findings))
      : [];
  const value = {
    format: source.format,
    label: source.label,
    dryRun: options.dryRun,
    secrets: rows,
    skipped: findings.skipped,
    // Listed by name only: their clients need a new key.
    gatewayKeys: findings.gatewayKeys.map(({ name, isActive }) => ({ name, isActive })),
    leftovers: findings.leftovers.filter((leftover) => !destroyed.includes(leftover.path)),
    destroyed,
  };
  report(context, value, importLines(value));
  if (kept !== undefined) context.terminal.note(`postern: ${kept} Nothing was destroyed.`);
  const isVerified = rows.every(({ outcome }) => outcome !== 'not-verified');
  if (kept !== undefined || !isVerified) endWith(EXIT.failure);
}

function refuseUnconfirmed(
  { terminal }: CommandContext,
  { destroy, yes }: ImportCommandOptions,
): void {
  if (!destroy || yes || terminal.interactive) return;
  fail(
    problem('USAGE', 'Without a terminal to confirm, --destroy needs --yes; nothing was imported.'),
  );
}

/** The keyring of the user who runs the command, as other programs see it. */
function foreignKeyring({ environment }: CommandContext): ForeignKeyring {
  const set = Object.entries(environment.variables).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return osForeignKeyring(Object.fromEntries(set));
}

async function isDestroyAgreed(
  { terminal }: CommandContext,
  { leftovers, skipped, gatewayKeys }: ImportFindings,
): Promise<boolean> {
  if (leftovers.length === 0) return false;
  const lost = skipped.length + gatewayKeys.length;
  for (const { path } of leftovers) terminal.note(`  ${printable(path)}`);
  if (lost > 0) {
    terminal.note(`They also contain ${String(lost)} entries that were not imported.`);
  }
  return await confirm("Destroy them? This can't be undone.");
}
