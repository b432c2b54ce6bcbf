import { expect, test } from 'vitest';
import { describeAuditFailure } from './describe-failure.ts';

test.each([
  [
    {
      reason: 'audit-damaged',
      broken: { kind: 'removed', file: 'audit-000000000001.jsonl', line: 3, seq: 3 },
    },
    'AUDIT_DAMAGED',
    'audit-000000000001.jsonl, line 3, record 3: the record was removed.',
  ],
  [
    {
      reason: 'audit-damaged',
      broken: { kind: 'head-missing', file: 'head.json', line: 0, seq: 1 },
    },
    'AUDIT_DAMAGED',
    'head.json: the head was removed.',
  ],
  [{ reason: 'audit-busy' }, 'AUDIT_BUSY', 'that is writing the audit log.'],
  [{ reason: 'audit-version-unknown', file: 'head.json' }, 'AUDIT_VERSION_UNKNOWN', ': head.json.'],
  [{ reason: 'disk-full', path: '/a' }, 'DISK_FULL', ': /a.'],
  [{ reason: 'storage-read-only', path: '/a' }, 'HOME_READ_ONLY', ': /a.'],
  [{ reason: 'storage-failed', path: '/a', errno: 'EIO' }, 'STORAGE_FAILED', ': EIO at /a.'],
  [{ reason: 'unsafe-file', path: '/a', problem: 'symlink' }, 'STORAGE_UNSAFE', ': /a (symlink).'],
  [
    { reason: 'syslog-unreachable', errno: 'ECONNREFUSED' },
    'SYSLOG_UNREACHABLE',
    ': ECONNREFUSED.',
  ],
  [
    { reason: 'syslog-certificate', errno: 'CERT_HAS_EXPIRED' },
    'SYSLOG_CERTIFICATE',
    ': CERT_HAS_EXPIRED.',
  ],
] as const)('describes %o as %s', (failure, code, end) => {
  const { message, ...rest } = describeAuditFailure(failure);
  expect(rest.code).toBe(code);
  expect(message.endsWith(end), message).toBe(true);
});
