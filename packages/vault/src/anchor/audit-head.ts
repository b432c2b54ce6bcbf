import { ok, type Result } from '@postern/kernel';
import type { DataKey } from '../slots/data-key.ts';
import { readVerifiedSlots } from '../slots/read-slots.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultContext } from '../vault/vault-context.ts';
import type { AuditHead } from './anchor-file.ts';
import { readAnchor, writeAnchor } from './anchor.ts';
import { syncAnchor } from './generations.ts';

export interface SaveAuditHeadOptions {
  /** The log was set aside and a new one started, so its head may have fewer records than before. */
  readonly isNewLog?: boolean;
}

/**
 * Saves the head of the audit log in the anchor. A head that isn't longer than the saved one changes
 * nothing, so that the slower of two processes can't move it backwards.
 */
export async function saveAuditHead(
  context: VaultContext,
  dataKey: DataKey,
  head: AuditHead,
  { isNewLog = false }: SaveAuditHeadOptions,
): Promise<Result<undefined, VaultFailure>> {
  return await context.lock.hold(async () => {
    const current = await syncAnchor(context, dataKey);
    if (!current.ok) return current;
    const { header, record } = current.value;
    const before = record.audit;
    if (before?.hash === head.hash && before.count === head.count) return ok();
    if (!isNewLog && before !== undefined && head.count <= before.count) return ok();
    const written = await writeAnchor(context, header, dataKey, { ...record, audit: head });
    return written.ok ? ok() : written;
  });
}

/** The head that was saved last; undefined if none was. */
export async function readAuditHead(
  context: VaultContext,
  dataKey: DataKey,
): Promise<Result<AuditHead | undefined, VaultFailure>> {
  const header = await readVerifiedSlots(context, dataKey);
  if (!header.ok) return header;
  const record = await readAnchor(context, header.value, dataKey);
  return record.ok ? ok(record.value.audit) : record;
}
