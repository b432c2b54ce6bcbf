import { AUDIT_ACTIONS, type AuditRecord } from '@postern/protocol';
import type { ExportContext } from './export-context.ts';
import { subjectName } from './subject-name.ts';

// RFC 5424 §6.2.1.
const LOG_AUDIT = 13;
const WARNING = 4;
const NOTICE = 5;

// Private enterprise number 32473 is reserved for examples and unregistered use (RFC 5612).
const STRUCTURED_DATA_ID = 'postern@32473';

/** One RFC 5424 message, without a line feed. Everything but the text is structured data. */
export function syslogMessage(record: AuditRecord, { hostname }: ExportContext): string {
  const { seq, time, actor, action, outcome, reason, subject, program, count, change, mac } =
    record;
  const priority = LOG_AUDIT * 8 + (outcome === 'success' ? NOTICE : WARNING);
  const parameters: Readonly<Record<string, string | number | null | undefined>> = {
    seq,
    action,
    outcome,
    reason,
    subject: subject?.kind,
    name: subject && subjectName(subject),
    program,
    count,
    change: change && JSON.stringify(change),
    uid: actor.uid,
    pid: actor.pid,
    executable: actor.executable,
    mac,
  };
  const data = Object.entries(parameters)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => ` ${name}="${escapeParameter(String(value))}"`)
    .join('');
  const header = [headerField(hostname, 255), 'postern', actor.pid, headerField(action, 32)].join(
    ' ',
  );
  const text = `${AUDIT_ACTIONS[action].meaning}: ${outcome}`;
  return `<${priority}>1 ${time} ${header} [${STRUCTURED_DATA_ID}${data}] ${text}`;
}

/** PRINTUSASCII of limited length, or the nil value (RFC 5424 §6). */
function headerField(text: string, maxLength: number): string {
  const printable = text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, maxLength);
  return printable === '' ? '-' : printable;
}

/** Escapes by RFC 5424 §6.3.3. Removes control characters, which receivers display differently. */
function escapeParameter(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, '').replaceAll(/["\\\]]/g, '\\$&');
}
