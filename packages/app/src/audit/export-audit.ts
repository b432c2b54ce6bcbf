import { hostname } from 'node:os';
import {
  describeAuditFailure,
  EXPORT_FORMATS,
  type AuditLog,
  type ExportFormatName,
} from '@postern/audit';
import { failed, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { record } from './audit.ts';

/**
 * Verifies every record of the log and emits it as a line of one format. Records the export and
 * returns the number of records.
 */
export async function exportAudit(
  log: AuditLog,
  { format, version }: { readonly format: ExportFormatName; readonly version: string },
  emit: (line: string) => void,
): Promise<Result<number, Problem>> {
  const write = EXPORT_FORMATS[format];
  const about = { version, hostname: hostname() };
  const exported = await log.forEach((entry) => {
    emit(write(entry, about));
  });
  if (!exported.ok) return failed(describeAuditFailure(exported.failure));
  const count = exported.value;
  const recorded = await record(log, { action: 'log.export', outcome: 'success', count });
  return recorded.ok ? exported : recorded;
}
