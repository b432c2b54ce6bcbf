import { language } from '../languages/language.ts';
import { createLater } from '../state/later.ts';

async function load() {
  const table = await import('./error-table.ts');
  await table.translateProblems();
  return table;
}

/** The error table and its translations, which only pages with an error need. */
export const errorTexts = createLater(load);

/** Loads them before a problem is shown. Without them, the problem is in English. */
export async function prepareErrorTexts(): Promise<void> {
  if (language.get() === 'en') return;
  try {
    await load();
  } catch {
    // Postern isn’t running any more.
  }
}
