import { join } from 'node:path';
import { catalogueProblems } from './languages/catalogue-problems.ts';
import { readErrorTexts } from './languages/error-texts.ts';
import { LOCALES } from './languages/locales.ts';

/* `npm run check:languages`: checks that the catalogues have what the sources need, and nothing else. */

const problems = catalogueProblems(
  join(import.meta.dirname, '../..'),
  LOCALES,
  LOCALES,
  readErrorTexts(),
);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error('npm run languages:extract adds missing texts and removes obsolete ones.');
  process.exitCode = 1;
}
