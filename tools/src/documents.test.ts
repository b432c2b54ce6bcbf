import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const MAX_IMAGE_BYTES = 100_000;
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).sort();
const IMAGES = globSync('docs/images/*', { cwd: ROOT }).sort();

/** Links and pictures in Markdown and in HTML. */
const TARGET = /\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"\s]+)"/g;

/** The files of the repository that a document names, relative to the root. */
function targetsOf(text: string, document: string): readonly string[] {
  const withoutCode = text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...withoutCode.matchAll(TARGET)]
    .map(([, inMarkdown, inHtml]) => inMarkdown ?? inHtml ?? '')
    .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
    .map((target) => join(dirname(document), target.replace(/#.*$/, '')));
}

function missingIn(text: string, document: string): readonly string[] {
  return targetsOf(text, document).filter((target) => !existsSync(join(ROOT, target)));
}

describe('the documents', () => {
  it.each(DOCUMENTS)('%s names only files that exist', (document) => {
    expect(missingIn(readFileSync(join(ROOT, document), 'utf8'), document)).toEqual([]);
  });

  it.each([
    ['![A](images/none.webp)', 'docs/images/none.webp'],
    ['[a](../NONE.md#part)', 'NONE.md'],
    ['<source srcset="images/none-dark.webp">', 'docs/images/none-dark.webp'],
    ['<img src="images/none-light.webp" alt="">', 'docs/images/none-light.webp'],
  ])('are checked: %s', (text, missing) => {
    expect(missingIn(text, 'docs/chat.md')).toEqual([missing]);
  });

  it('show every picture, each small', () => {
    const shown = DOCUMENTS.flatMap((document) =>
      targetsOf(readFileSync(join(ROOT, document), 'utf8'), document),
    );
    expect(IMAGES.filter((image) => !shown.includes(image))).toEqual([]);
    const large = IMAGES.filter((image) => statSync(join(ROOT, image)).size > MAX_IMAGE_BYTES);
    expect(large).toEqual([]);
  });
});
