import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createItem, createPoFile, parsePo, stringifyPo } from 'pofile-ts';

/** A text with its translation, which is empty until someone has translated it. */
export interface CatalogueEntry {
  readonly message: string;
  readonly context: string | undefined;
  readonly translation: string;
  /** Remarks for translators: what the source says, and what its unnamed placeholders are. */
  readonly remarks: readonly string[];
}

/** The texts of one folder of the page in one language. */
export interface Catalogue {
  readonly path: string;
  readonly locale: string;
  /** The folder of `apps/web/src` whose texts these are. */
  readonly folder: string;
  readonly entries: readonly CatalogueEntry[];
}

const CATALOGUES = 'apps/web/src/languages/catalogues';

export function cataloguePath(root: string, locale: string, folder: string): string {
  return join(root, CATALOGUES, locale, `${folder}.po`);
}

function catalogueFolder(root: string, locale: string): string {
  return join(root, CATALOGUES, locale);
}

/** Every catalogue of a language. */
export function readCatalogues(root: string, locale: string): readonly Catalogue[] {
  return globSync(join(catalogueFolder(root, locale), '*.po'))
    .sort()
    .map((path) => {
      const { items } = parsePo(readFileSync(path, 'utf8'));
      const entries = items
        .filter(({ obsolete }) => !obsolete)
        .map((item) => ({
          message: item.msgid,
          context: item.msgctxt ?? undefined,
          translation: item.msgstr[0] ?? '',
          remarks: item.extractedComments,
        }));
      return { path, locale, folder: basename(path, '.po'), entries };
    });
}

/** Writes a catalogue, in the order of its messages, and removes its file if it is empty. */
export function writeCatalogue({ path, locale, entries }: Catalogue): void {
  if (entries.length === 0) {
    rmSync(path, { force: true });
    return;
  }
  const file = createPoFile();
  file.headers = { Language: locale, 'Content-Type': 'text/plain; charset=utf-8' };
  file.headerOrder = ['Language', 'Content-Type'];
  file.items = entries.toSorted(byMessage).map((entry) => ({
    ...createItem(),
    msgid: entry.message,
    msgctxt: entry.context ?? null,
    msgstr: [entry.translation],
    extractedComments: [...entry.remarks],
  }));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${stringifyPo(file, { foldLength: 0 }).trimEnd()}\n`);
}

function byMessage(a: CatalogueEntry, b: CatalogueEntry): number {
  const [first, second] = [a, b].map(({ message, context = '' }) => `${message}\0${context}`);
  return (first ?? '') < (second ?? '') ? -1 : 1;
}
