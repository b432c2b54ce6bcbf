import { errorsDocument } from './errors-document.ts';
import { writeDocument } from './write-document.ts';

/* `npm run docs:errors` writes docs/errors.md. `npm run check:errors` fails if the file differs. */

await writeDocument('errors.md', errorsDocument(), 'docs:errors');
