import type { AuditRecord } from '@postern/protocol';
import { cefLine } from './cef-line.ts';
import type { ExportContext } from './export-context.ts';
import { ocsfEvent } from './ocsf-event.ts';
import { syslogMessage } from './syslog-message.ts';

/** A record as one line of text, without its line feed. */
export type ExportFormat = (record: AuditRecord, context: ExportContext) => string;

/** `postern audit export --format …`. The lines of `jsonl` are those of the log itself. */
export const EXPORT_FORMATS = {
  jsonl: (record) => JSON.stringify(record),
  syslog: syslogMessage,
  cef: cefLine,
  ocsf: (record, context) => JSON.stringify(ocsfEvent(record, context)),
} as const satisfies Readonly<Record<string, ExportFormat>>;

export type ExportFormatName = keyof typeof EXPORT_FORMATS;
