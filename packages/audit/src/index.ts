export type { AuditFailure } from './audit-failure.ts';
export { describeAuditFailure } from './describe-failure.ts';
export { EXPORT_FORMATS, type ExportFormatName } from './export/export-formats.ts';
export { openAuditLog, type AuditLog } from './log/open-audit-log.ts';
export type { AnchorPort, LogAnchor } from './log/log-anchor.ts';
export { forwardUnsent, type Forwarded } from './forward/forward-unsent.ts';
export { keepForwarding, type Forwarding } from './forward/keep-forwarding.ts';
export { connectSyslog, type SyslogTarget, type SyslogTls } from './syslog/connect-syslog.ts';
