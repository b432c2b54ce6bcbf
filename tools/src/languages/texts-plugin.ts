import { join } from 'node:path';
import type { Plugin } from 'vite';
import { readCatalogues, type Catalogue } from './catalogue.ts';
import { compileTexts, MACROS } from './compile-texts.ts';
import { ERRORS } from './error-texts.ts';
import { keyOf, parseMessage, type CompiledMessage } from './message.ts';

const CATALOGUE = /\/apps\/web\/src\/languages\/catalogues\/(errors\/)?([\w-]+)\.ts$/;
const ROOT = join(import.meta.dirname, '../../..');

/** Compiles the texts of the page, and puts the catalogues of a language in place of its module. */
export function texts(): Plugin {
  return {
    name: 'texts',
    enforce: 'pre',
    transform: {
      filter: { id: /\/apps\/web\/src\/.*\.tsx?$/, code: MACROS },
      handler(source, id) {
        const { code, map } = compileTexts(source, id);
        return { code, map: map === undefined ? null : JSON.stringify(map) };
      },
    },
    load(id) {
      const [, ofErrors, locale] = CATALOGUE.exec(id) ?? [];
      if (locale === undefined) return undefined;
      const catalogues = readCatalogues(ROOT, locale).filter(
        ({ folder }) => (folder === ERRORS) === (ofErrors !== undefined),
      );
      for (const { path } of catalogues) this.addWatchFile(path);
      const messages = compileCatalogues(catalogues);
      return `export const messages = JSON.parse(${JSON.stringify(JSON.stringify(messages))});`;
    },
  };
}

/** One object for all catalogues of a language, from keys to parsed translations. */
function compileCatalogues(
  catalogues: readonly Catalogue[],
): Readonly<Record<string, CompiledMessage>> {
  const entries = catalogues.flatMap(({ entries, folder }) =>
    entries
      .filter(({ translation }) => translation !== '')
      .map(({ message, context, translation }): [string, CompiledMessage] => [
        // The page finds what the process says by its English text.
        folder === ERRORS ? message : keyOf(message, context),
        parseMessage(translation),
      ]),
  );
  return Object.fromEntries(entries);
}
