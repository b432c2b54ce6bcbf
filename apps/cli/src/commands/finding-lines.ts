import type { Finding } from '@postern/app';
import { printable } from '../terminal/printable.ts';

/** Formats one line per finding: `warn  Recovery: … Fix: …`. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ about, level, message, fix }) => {
    const line = `${level.padEnd(4)}  ${about}: ${message}`;
    return printable(fix === undefined ? line : `${line} Fix: ${fix}`);
  });
}
