import { join } from 'node:path';
import { extractTexts } from './languages/extract-texts.ts';
import { readErrorTexts } from './languages/error-texts.ts';
import { LOCALES } from './languages/locales.ts';

/** `npm run languages:extract`: brings the catalogues in step with the sources. */
if (import.meta.main) extractTexts(join(import.meta.dirname, '../..'), LOCALES, readErrorTexts());
