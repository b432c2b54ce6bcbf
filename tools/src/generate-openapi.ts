import { openApiDocument } from './openapi-document.ts';
import { writeDocument } from './write-document.ts';

/* `npm run docs:openapi` writes docs/openapi.json. `npm run check:openapi` fails if the file differs. */

await writeDocument('openapi.json', JSON.stringify(openApiDocument()), 'docs:openapi');
