import { describeImportFailure, nodeImportFiles } from '@postern/importers';
import type { ImportedRow, ImportFindings } from '@postern/importers';
import type { OpenVault } from '@postern/app';
import { confirm } from '../terminal/prompt.ts';
import { printable } from '../terminal/printable.ts';
import { foreignKeyring } from './import-source.ts';
import { orFail, recordEvent, type CommandContext } from './context.ts';

/** Why the files of the other program must stay; undefined where they may go. */
export function whyKept(
  rows: readonly ImportedRow[],
  { skipped }: Pick<ImportFindings, 'skipped'>,
): string | undefined {
  if (rows.some(({ outcome }) => outcome === 'not-verified')) {
    return "A stored secret didn't read back as it was written.";
  }
  if (rows.some(({ outcome }) => outcome === 'kept')) {
    return 'The vault already has a different value under one of the names; see --replace.';
  }
  if (skipped.some(({ why }) => why === 'other-passphrase')) {
    return 'Some entries are encrypted with a different password.';
  }
  return undefined;
}

/**
 * Overwrites and removes what still gives the imported secrets away, after a yes. Answers the paths
 * that are gone.
 */
export async function destroyLeftovers(
  context: CommandContext,
  vault: OpenVault,
  { leftovers, skipped, gatewayKeys }: ImportFindings,
  isAgreed: boolean,
): Promise<readonly string[]> {
  if (leftovers.length === 0) return [];
  if (!isAgreed) {
    const lost = skipped.length + gatewayKeys.length;
    for (const { path } of leftovers) context.terminal.note(`  ${printable(path)}`);
    if (lost > 0) {
      context.terminal.note(`They also contain ${String(lost)} entries that were not imported.`);
    }
    if (!(await confirm("Destroy them? This can't be undone."))) return [];
  }
  const destroyed: string[] = [];
  for (const { path, item } of leftovers) {
    const gone =
      item === undefined
        ? await nodeImportFiles.destroy(path, context.randomness)
        : await foreignKeyring(context).remove(item);
    if (gone.ok && gone.value) destroyed.push(path);
    if (!gone.ok) await recordDestroyed(context, vault, destroyed.length, 'failure');
    orFail(gone, describeImportFailure);
  }
  await recordDestroyed(context, vault, destroyed.length, 'success');
  return destroyed;
}

async function recordDestroyed(
  context: CommandContext,
  vault: OpenVault,
  count: number,
  outcome: 'success' | 'failure',
): Promise<void> {
  await recordEvent(context, vault, { action: 'leftover.destroy', outcome, count });
}
