export type { AuditFailure, BrokenKind, BrokenLink } from './audit-failure.ts';
export { describeAuditFailure, describeBrokenLink } from './describe-failure.ts';
export type { ExportContext } from './export/export-context.ts';
export {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportFormatName,
} from './export/export-formats.ts';
export { OCSF_VERSION } from './export/ocsf-event.ts';
export { openAuditLog, type AuditLog, type AuditLogOptions } from './log/open-audit-log.ts';
export type { AnchorPort, LogAnchor } from './log/log-anchor.ts';
export type { AuditVerdict } from './log/read-log.ts';
export { forwardUnsent, type ForwardFailure, type Forwarded } from './forward/forward-unsent.ts';
export { keepForwarding, type Forwarding } from './forward/keep-forwarding.ts';
export type { LogSetAside } from './log/set-aside.ts';
export type { Unsent } from './log/unsent-records.ts';
export {
  connectSyslog,
  type SyslogConnection,
  type SyslogFailure,
  type SyslogTarget,
  type SyslogTls,
} from './syslog/connect-syslog.ts';
