import { AUDIT_ACTIONS, type AuditOutcome, type AuditRecord } from '@postern/protocol';
import type { ExportContext } from './export-context.ts';
import { subjectName } from './subject-name.ts';

/** 0 to 10 (ArcSight Common Event Format, "Severity"). */
const SEVERITY: Readonly<Record<AuditOutcome, number>> = { success: 2, failure: 5, denied: 7 };

/**
 * One line of the Common Event Format (ArcSight CEF, Implementation Standard, version 0), without
 * a line feed. `cs1` is the kind of the subject, `cs2` the record's MAC, `cs3` a changed setting.
 */
export function cefLine(record: AuditRecord, { version, hostname }: ExportContext): string {
  const { seq, time, actor, action, outcome, reason, subject, program, count, change, mac } =
    record;
  const header = ['Postern', 'Postern', version, action, AUDIT_ACTIONS[action].meaning].map(
    escapeHeader,
  );
  const extension: Readonly<Record<string, string | number | null | undefined>> = {
    rt: Date.parse(time),
    dvchost: hostname,
    externalId: seq,
    act: action,
    outcome,
    reason,
    suid: actor.uid,
    spid: actor.pid,
    sproc: actor.executable,
    dproc: program,
    duser: subject && subjectName(subject),
    cnt: count,
    cs1: subject?.kind,
    cs1Label: subject === undefined ? undefined : 'subjectKind',
    cs2: mac,
    cs2Label: 'mac',
    cs3: change && JSON.stringify(change),
    cs3Label: change && 'change',
  };
  const pairs = Object.entries(extension)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${escapeExtension(String(value))}`);
  return `CEF:0|${header.join('|')}|${SEVERITY[outcome]}|${pairs.join(' ')}`;
}

function escapeHeader(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ').replaceAll(/[\\|]/g, '\\$&');
}

function escapeExtension(text: string): string {
  return text.replaceAll(/[\\=]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
