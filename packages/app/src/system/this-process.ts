import { executablePath, type AuditActor } from '@postern/protocol';

/** This process, as the audit log names it. */
export function thisProcess(): AuditActor {
  return {
    uid: process.getuid?.() ?? null,
    pid: process.pid,
    executable: executablePath.parse(process.execPath) ?? null,
  };
}
