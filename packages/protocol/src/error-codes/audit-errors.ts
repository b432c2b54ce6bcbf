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
    meaning: 'The syslog receiver cannot be reached or closed the connection.',
    remedy: 'Check its address and port, and that it listens for TCP with octet counting.',
    exit: EXIT.unavailable,
  },
  SYSLOG_CERTIFICATE: {
    meaning: "The syslog receiver's certificate is not valid for its name.",
    remedy: 'Give its authority with --ca, and check the name; no setting turns the check off.',
    exit: EXIT.unavailable,
  },
} as const satisfies Record<string, ErrorCode>;
