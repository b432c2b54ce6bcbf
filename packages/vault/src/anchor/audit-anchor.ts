import { ok, type Result } from '@postern/kernel';
import type { DataKey } from '../slots/data-key.ts';
import { readProvenSlots } from '../slots/read-slots.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultContext } from '../vault/vault-context.ts';
import type { AuditHead } from './anchor-file.ts';
import { readAnchor, writeAnchor } from './anchor.ts';
import { settleGenerations } from './generations.ts';

export interface AnchorAuditOptions {
  /** The log was set aside and begun anew: its head may have fewer records than the one before. */
  readonly isNewLog?: boolean;
}

/**
 * Keeps the head of the audit log in the anchor. One that is no longer than the head that is there
 * already changes nothing, so that of two processes the slower takes nothing back.
 */
export async function anchorAudit(
  context: VaultContext,
  dataKey: DataKey,
  head: AuditHead,
  { isNewLog = false }: AnchorAuditOptions,
): Promise<Result<undefined, VaultFailure>> {
  return await context.lock.hold(async () => {
    const current = await settleGenerations(context, dataKey);
    if (!current.ok) return current;
    const { header, record } = current.value;
    const before = record.audit;
    if (before?.hash === head.hash && before.count === head.count) return ok();
    if (!isNewLog && before !== undefined && head.count <= before.count) return ok();
    const written = await writeAnchor(context, header, dataKey, { ...record, audit: head });
    return written.ok ? ok() : written;
  });
}

/** The head that was kept last; undefined where none was. */
export async function auditAnchor(
  context: VaultContext,
  dataKey: DataKey,
): Promise<Result<AuditHead | undefined, VaultFailure>> {
  const header = await readProvenSlots(context, dataKey);
  if (!header.ok) return header;
  const record = await readAnchor(context, header.value, dataKey);
  return record.ok ? ok(record.value.audit) : record;
}
