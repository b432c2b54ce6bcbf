import { cataloguePath, readCatalogues, writeCatalogue } from './catalogue.ts';
import { identityOf, readSourceTexts, type SourceTexts } from './source-texts.ts';

/**
 * Brings the catalogues of these languages in step with the sources: adds new texts without a translation, and
 * removes those that the sources don't have any more. A text that moved to another folder keeps its translation.
 */
export function extractTexts(root: string, locales: readonly string[], others?: SourceTexts): void {
  const sources = readSourceTexts(root, others);
  for (const locale of locales) {
    const catalogues = readCatalogues(root, locale);
    const translations = new Map(
      catalogues.flatMap(({ entries }) =>
        entries.map((entry) => [identityOf(entry), entry.translation]),
      ),
    );
    const folders = new Set([...sources.keys(), ...catalogues.map(({ folder }) => folder)]);
    for (const folder of folders) {
      const known = catalogues.find((catalogue) => catalogue.folder === folder)?.entries ?? [];
      const own = new Map(known.map((entry) => [identityOf(entry), entry.translation]));
      const entries = (sources.get(folder) ?? []).map((text) => {
        const id = identityOf(text);
        return { ...text, translation: own.get(id) ?? translations.get(id) ?? '' };
      });
      writeCatalogue({ path: cataloguePath(root, locale, folder), locale, folder, entries });
    }
  }
}
