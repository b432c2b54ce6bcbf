import type { Problem } from '@postern/protocol';

/** One thing that was looked at. `fail` is unsafe or broken, `warn` is advice. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly about: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do; on every finding that is not `ok`. */
  readonly fix?: string;
}

/** A problem as a finding. */
export function failing(about: string, { message, remedy }: Omit<Problem, 'code'>): Finding {
  return { about, level: 'fail', message, fix: remedy };
}

export function isUnsafe(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === 'fail');
}
