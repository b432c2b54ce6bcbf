import { failed, ok, type Result } from '@postern/kernel';
import { problemSaying, type BackupContents, type Problem } from '@postern/protocol';
import type { OpenBackup, Vault } from '@postern/vault';
import { DATABASE_LABELS } from '../stores/vault-databases.ts';

const KNOWN: readonly string[] = [...DATABASE_LABELS, 'settings'];

/** What a backup contains. A part that this Postern doesn't know is a failure: nothing may get lost. */
export function contentsOf(
  backup: OpenBackup,
  vault: Pick<Vault, 'id'>,
): Result<BackupContents, Problem> {
  if (backup.parts.some(({ name }) => !KNOWN.includes(name))) {
    const newer = 'The backup was made by a newer Postern. Nothing was changed.';
    return failed(problemSaying('VAULT_VERSION_UNKNOWN', newer));
  }
  const countsOf = (name: string) => backup.parts.find((part) => part.name === name)?.counts;
  const chats = countsOf('conversations');
  const { createdAtMs, names } = backup.report;
  return ok({
    madeAtMs: createdAtMs,
    secrets: names,
    chats: chats?.['chats'] ?? null,
    messages: chats?.['messages'] ?? 0,
    attachments: chats?.['attachments'] ?? 0,
    gatewayKeys: countsOf('gateway')?.['keys'] ?? null,
    hasSettings: countsOf('settings') !== undefined,
    isOfThisVault: vault.id === backup.vaultId,
  });
}
