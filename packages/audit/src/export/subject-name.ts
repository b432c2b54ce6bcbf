import type { AuditSubject } from '@postern/protocol';

/** The name or id of a subject, whichever its kind has. */
export function subjectName(subject: AuditSubject): string {
  return subject.kind === 'secret' ? subject.name : subject.id;
}
