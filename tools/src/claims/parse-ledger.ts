/** One row of the ledger: a claim's id, the files that enforce it, and the tests that prove it. */
export interface LedgerRow {
  readonly claim: string;
  /** Paths from the root. */
  readonly enforcedIn: readonly string[];
  /** `path › describe › test`, or a path up to a describe, which means all of its tests. */
  readonly shownBy: readonly string[];
}

/**
 * Reads `docs/security-claims.md`. A row is a heading `### C-KEYS-1` and list items
 * `- enforced: `path`` and `- test: `path › name``.
 */
export function parseLedger(text: string): readonly LedgerRow[] {
  return text
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const row = section.split(/^## /m)[0] ?? '';
      return {
        claim: /^\S*/.exec(row)?.[0] ?? '',
        enforcedIn: itemsOf(row, 'enforced'),
        shownBy: itemsOf(row, 'test'),
      };
    });
}

function itemsOf(row: string, kind: 'enforced' | 'test'): readonly string[] {
  const item = new RegExp(`^- ${kind}:\\s+\`([^\`]+)\``, 'gm');
  return [...row.matchAll(item)].map(([, value = '']) => value.replaceAll(/\s+/g, ' '));
}
