import { EXIT, type ErrorCode } from './error-code.ts';

export const AUDIT_ERRORS = {
  AUDIT_DAMAGED: {
    meaning: 'The audit log is damaged or was altered, so Postern has stopped writing to it.',
    remedy: 'Keep it as evidence and start a new log: postern audit set-aside.',
    exit: EXIT.damaged,
  },
  AUDIT_VERSION_UNKNOWN: {
    meaning: 'The audit log was written by a newer Postern.',
    remedy: 'Install that version or a newer one.',
    exit: EXIT.damaged,
  },
  AUDIT_BUSY: {
    meaning: 'Timed out waiting for another process that is writing the audit log.',
    remedy: 'Wait for that process to finish, or end it, then run the command again.',
    exit: EXIT.busy,
  },
  SYSLOG_UNREACHABLE: {
    meaning: "The audit log receiver can't be reached, or it closed the connection.",
    remedy:
      'Check audit.forward.to, and check that the receiver is listening there and reading its input.',
    exit: EXIT.unavailable,
  },
  SYSLOG_CERTIFICATE: {
    meaning: "The audit log receiver's certificate isn't valid for its host name.",
    remedy:
      "Set audit.forward.ca to its certificate authority, and check the host name; the check can't be turned off.",
    exit: EXIT.unavailable,
  },
  AUDIT_FORWARD_NOT_SET: {
    meaning: 'No audit log receiver is configured.',
    remedy: 'Add one to config.json: {"audit": {"forward": {"to": "tls://HOST:6514"}}}.',
    exit: EXIT.usage,
  },
  AUDIT_FORWARD_FILE: {
    meaning: "Can't use a certificate or key file named in audit.forward.",
    remedy:
      'Check the path, that the file is PEM, and that only you can read the private key: chmod 600.',
    exit: EXIT.usage,
  },
} as const satisfies Record<string, ErrorCode>;
