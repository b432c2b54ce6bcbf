import { migrateVault, type MigrateOptions } from '@postern/app';
import { type CommandContext, openParts, orFail, report } from './context.ts';

/**
 * `postern auth storage migrate --to BACKEND`: copies the secrets, reads them back, then switches.
 */
export async function migrateStorage(
  context: CommandContext,
  options: MigrateOptions,
): Promise<void> {
  const { dryRun, to } = options;
  const migrated = orFail(await migrateVault(openParts(context), options));
  const { isOtherConfigured, ...moved } = migrated;
  const verb = dryRun ? 'Would move' : 'Moved';
  report(context, { ...moved, dryRun }, [
    `${verb} ${String(moved.copied.length)} secrets from ${moved.from} to ${moved.to}.`,
    ...moved.removed.map((each) => `Removed: ${each}`),
  ]);
  if (!dryRun && isOtherConfigured) {
    context.terminal.note(`postern: set "storage" to "${to}" in ${context.home.configFile}.`);
  }
}
