import { EXIT, type ErrorCode } from './error-code.ts';

export const AUDIT_ERRORS = {
  AUDIT_DAMAGED: {
    meaning: 'The audit log was altered, cut or is damaged, and Postern writes nothing more to it.',
    remedy: 'Keep it as evidence and start a new one: postern audit set-aside.',
    exit: EXIT.damaged,
  },
  AUDIT_VERSION_UNKNOWN: {
    meaning: 'The audit log was written by a newer Postern.',
    remedy: 'Install that version or a newer one.',
    exit: EXIT.damaged,
  },
  AUDIT_BUSY: {
    meaning: 'Another process has been writing the audit log for too long.',
    remedy: 'Wait for it to finish, or end it, and run the command again.',
    exit: EXIT.busy,
  },
  SYSLOG_UNREACHABLE: {
    meaning: 'The receiver of the audit log cannot be reached, or closed the connection.',
    remedy: 'Check audit.forward.to, and that the receiver listens there and reads what it gets.',
    exit: EXIT.unavailable,
  },
  SYSLOG_CERTIFICATE: {
    meaning: 'The certificate of the receiver of the audit log is not valid for its name.',
    remedy:
      'Name its authority in audit.forward.ca, and check the host; no setting turns the check off.',
    exit: EXIT.unavailable,
  },
  AUDIT_FORWARD_NOT_SET: {
    meaning: 'The configuration names no receiver for the audit log.',
    remedy: 'Name one in config.json: {"audit": {"forward": {"to": "tls://HOST:6514"}}}.',
    exit: EXIT.usage,
  },
  AUDIT_FORWARD_FILE: {
    meaning: 'A certificate or key that audit.forward names cannot be used.',
    remedy: 'Check its path, that it is PEM, and that the private key is yours alone: chmod 600.',
    exit: EXIT.usage,
  },
} as const satisfies Record<string, ErrorCode>;
