import {
  CHAT_IMPORT_NOTES,
  CHAT_SKIP_REASONS,
  ERROR_CODES,
  ERROR_SENTENCES,
  NEVER_IN_PAGE,
} from '@postern/protocol';
import type { SourceText } from './compile-texts.ts';

/** The catalogue of what the process says. The page loads it with the first error. */
export const ERRORS = 'errors';

/** Every sentence of the problems that the page can get, and of an import’s report. */
export function readErrorTexts(): ReadonlyMap<string, readonly SourceText[]> {
  const never: readonly string[] = NEVER_IN_PAGE;
  const rows = Object.entries(ERROR_CODES).filter(([code]) => !never.includes(code));
  const sentences = new Set<string>([
    ...rows.flatMap(([, { meaning, remedy }]) => [meaning, remedy]),
    ...ERROR_SENTENCES,
    ...Object.values(CHAT_SKIP_REASONS),
    ...Object.values(CHAT_IMPORT_NOTES),
  ]);
  const texts = [...sentences].map((message) => ({ message, context: undefined, remarks: [] }));
  return new Map([[ERRORS, texts]]);
}
