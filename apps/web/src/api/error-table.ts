import { ERROR_CODES } from '@postern/protocol';

/** The table's remedy for a code, which may be one of another version of Postern. */
export function remedyOf(code: string): string | undefined {
  const table: Readonly<Record<string, { readonly remedy: string }>> = ERROR_CODES;
  return Object.hasOwn(table, code) ? table[code]?.remedy : undefined;
}
