import type { Problem } from '@postern/protocol';

/** The result of one check. `fail` is unsafe or broken, `warn` is advice. */
export interface Finding {
  /** The subject of the check, in a word or two. */
  readonly about: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** The fix; on every finding that isn't `ok`. */
  readonly fix?: string;
}

/** Converts a problem to a finding. */
export function failing(about: string, { message, remedy }: Omit<Problem, 'code'>): Finding {
  return { about, level: 'fail', message, fix: remedy };
}

export function isUnsafe(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === 'fail');
}
