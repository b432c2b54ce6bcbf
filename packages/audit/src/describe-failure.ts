import { problemWithDetail, type ErrorCodeName, type Problem } from '@postern/protocol';
import type { AuditFailure, BrokenKind, BrokenLink } from './audit-failure.ts';
import type { SyslogFailure } from './syslog/connect-syslog.ts';

type Failure = AuditFailure | SyslogFailure;

const CODES: Readonly<Record<Exclude<Failure['reason'], 'audit-anchor'>, ErrorCodeName>> = {
  'audit-busy': 'AUDIT_BUSY',
  'audit-damaged': 'AUDIT_DAMAGED',
  'audit-version-unknown': 'AUDIT_VERSION_UNKNOWN',
  'disk-full': 'DISK_FULL',
  'storage-read-only': 'HOME_READ_ONLY',
  'storage-failed': 'STORAGE_FAILED',
  'unsafe-file': 'STORAGE_UNSAFE',
  'syslog-unreachable': 'SYSLOG_UNREACHABLE',
  'syslog-certificate': 'SYSLOG_CERTIFICATE',
  'syslog-credentials': 'AUDIT_FORWARD_FILE',
};

/** Describes a failure of the log, or of sending it, to the user. */
export function describeAuditFailure(failure: Failure): Problem {
  const code = failure.reason === 'audit-anchor' ? failure.code : CODES[failure.reason];
  return problemWithDetail(code, detailOf(failure));
}

function detailOf(failure: Failure): string | undefined {
  switch (failure.reason) {
    case 'audit-busy':
    case 'audit-anchor':
      return undefined;
    case 'audit-damaged':
      return describeBrokenLink(failure.broken);
    case 'audit-version-unknown':
      return failure.file;
    case 'disk-full':
    case 'storage-read-only':
      return failure.path;
    case 'storage-failed':
      return `${failure.errno} at ${failure.path}`;
    case 'unsafe-file':
      return `${failure.path} (${failure.problem})`;
    case 'syslog-unreachable':
    case 'syslog-certificate':
    case 'syslog-credentials':
      return failure.errno;
  }
}

const KINDS: Readonly<Record<BrokenKind, string>> = {
  altered: 'the line was altered',
  inserted: 'a line was inserted',
  removed: 'the record was removed',
  reordered: 'the record was moved',
  forked: 'the record belongs to another branch of the log',
  truncated: 'the log was cut off',
  renamed: 'the segment was renamed',
  deleted: 'the log was deleted',
  'rolled-back': 'an older copy of the log was restored, or its end was cut off',
  'head-missing': 'the head was removed',
  'head-altered': 'the head was altered, or belongs to another key',
};

/** Describes a broken link: `audit-000000000001.jsonl, line 3, record 3: the line was altered`. */
function describeBrokenLink({ kind, file, line, seq }: BrokenLink): string {
  const place = line === 0 ? file : `${file}, line ${line}, record ${seq}`;
  return `${place}: ${KINDS[kind]}`;
}
