import { decodeUtf8, failed, ok, parseJson, type Result } from '@postern/kernel';
import { AuditRecordSchema, type AuditRecord } from '@postern/protocol';
import * as v from 'valibot';
import type { AuditFailure } from '../audit-failure.ts';
import type { LogLine } from '../chain/log-lines.ts';

/** Parses a verified line. Fails with `audit-version-unknown` if a newer version wrote it. */
export function readRecord(line: LogLine): Result<AuditRecord, AuditFailure> {
  const json = parseJson(decodeUtf8(line.bytes) ?? '');
  const parsed = json.ok ? v.safeParse(AuditRecordSchema, json.value) : undefined;
  return parsed?.success === true
    ? ok(parsed.output)
    : failed({ reason: 'audit-version-unknown', file: line.file });
}
