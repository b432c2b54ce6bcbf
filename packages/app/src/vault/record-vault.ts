import type { AuditLog } from '@postern/audit';
import { ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { Vault } from '@postern/vault';
import { record } from '../audit/audit.ts';

/** Records what happened to the vault, if there is one. */
export async function recordVault(
  log: AuditLog,
  { id }: Pick<Vault, 'id'>,
  action: 'vault.create' | 'vault.unlock' | 'vault.rekey',
): Promise<Result<undefined, Problem>> {
  if (id === undefined) return ok();
  return await record(log, { action, outcome: 'success', subject: { kind: 'vault', id } });
}
