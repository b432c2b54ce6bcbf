import { compatibilityDocument } from './compatibility-document.ts';
import { writeDocument } from './write-document.ts';

/*
 * `npm run docs:compatibility` writes docs/compatibility.md. `npm run check:compatibility` fails if the file
 * differs.
 */

await writeDocument('compatibility.md', compatibilityDocument(), 'docs:compatibility');
