import { readCatalogues, type Catalogue } from './catalogue.ts';
import { parseMessage, type CompiledMessage, type Token } from './message.ts';
import { identityOf, readSourceTexts, type SourceTexts } from './source-texts.ts';

/**
 * What is wrong with the catalogues, one line each: a text that is missing or not translated (in a language that
 * has to be complete), one that the sources don't have any more, and a translation whose placeholders, tags or
 * plural forms aren't those that the text and the language need.
 */
export function catalogueProblems(
  root: string,
  locales: readonly string[],
  complete: readonly string[],
  others?: SourceTexts,
): readonly string[] {
  const sources = readSourceTexts(root, others);
  return locales.flatMap((locale) => {
    const catalogues = readCatalogues(root, locale);
    return [
      ...(complete.includes(locale) ? missingTexts(sources, catalogues, locale) : []),
      ...catalogues.flatMap((catalogue) => entryProblems(catalogue, sources)),
      ...contradictions(catalogues),
    ];
  });
}

function missingTexts(
  sources: SourceTexts,
  catalogues: readonly Catalogue[],
  locale: string,
): readonly string[] {
  return [...sources].flatMap(([folder, texts]) => {
    const entries = catalogues.find((catalogue) => catalogue.folder === folder)?.entries ?? [];
    const translated = new Set(
      entries.filter(({ translation }) => translation !== '').map(identityOf),
    );
    return texts
      .filter((text) => !translated.has(identityOf(text)))
      .map(({ message }) => problem({ locale, folder }, message, 'has no translation'));
  });
}

function entryProblems(catalogue: Catalogue, sources: SourceTexts): readonly string[] {
  const current = new Set(sources.get(catalogue.folder)?.map(identityOf));
  return catalogue.entries.flatMap((entry) => {
    const say = (what: string): string => problem(catalogue, entry.message, what);
    if (!current.has(identityOf(entry))) return [say('isn’t in the sources any more')];
    if (entry.translation === '') return [];
    return translationProblems(entry, catalogue.locale).map(say);
  });
}

/** The page has one translation for a text, whichever folder shows it. */
function contradictions(catalogues: readonly Catalogue[]): readonly string[] {
  const first = new Map<string, { readonly translation: string; readonly folder: string }>();
  return catalogues.flatMap((catalogue) =>
    catalogue.entries.flatMap((entry) => {
      const id = identityOf(entry);
      const other = first.get(id);
      if (entry.translation === '' || other?.translation === entry.translation) return [];
      if (other === undefined) {
        first.set(id, { translation: entry.translation, folder: catalogue.folder });
        return [];
      }
      const what = `has a translation that differs from ${other.folder}.po`;
      return [problem(catalogue, entry.message, what)];
    }),
  );
}

function problem(
  { locale, folder }: { readonly locale: string; readonly folder: string },
  message: string,
  what: string,
): string {
  return `${locale}/${folder}.po: “${message}” ${what}`;
}

/** What differs between a text and its translation that must be the same. */
function translationProblems(
  { message, translation }: { readonly message: string; readonly translation: string },
  locale: string,
): readonly string[] {
  let parsed: CompiledMessage;
  try {
    parsed = parseMessage(translation);
  } catch (error) {
    return [`has a translation that can’t be parsed: ${String(error)}`];
  }
  const expected = partsOf(parseMessage(message));
  const found = partsOf(parsed);
  return [
    ...differences('placeholder', expected.placeholders, found.placeholders),
    ...differences('tag', expected.tags, found.tags),
    ...pluralProblems(found, locale),
    ...(hasUnpairedTag(translation) ? ['has a translation whose tags don’t close in order'] : []),
  ];
}

interface Parts {
  readonly placeholders: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  /** The cases of each plural. */
  readonly plurals: readonly (readonly string[])[];
}

function partsOf(message: CompiledMessage): Parts {
  const placeholders = new Set<string>();
  const tags = new Set<string>();
  const plurals: (readonly string[])[] = [];
  const visit = (tokens: CompiledMessage): void => {
    for (const token of typeof tokens === 'string' ? [tokens] : tokens) {
      if (typeof token === 'string') {
        for (const tag of token.matchAll(/<\/?\w+\/?>/g)) tags.add(tag[0]);
        continue;
      }
      const [name, type, cases] = token;
      placeholders.add(type === undefined ? name : `${name}, ${type}`);
      if (typeof cases !== 'object' || cases === null) continue;
      const forms = Object.entries<unknown>({ ...cases }).filter(([, form]) => isTokens(form));
      if (type === 'plural') plurals.push(forms.map(([form]) => form));
      for (const [, form] of forms) if (isTokens(form)) visit(form);
    }
  };
  visit(message);
  return { placeholders, tags, plurals };
}

function isTokens(form: unknown): form is readonly Token[] {
  return Array.isArray(form);
}

function differences(
  kind: string,
  expected: ReadonlySet<string>,
  found: ReadonlySet<string>,
): readonly string[] {
  return [
    ...[...expected]
      .filter((name) => !found.has(name))
      .map((name) => `has a translation without ${kind} ${name}`),
    ...[...found]
      .filter((name) => !expected.has(name))
      .map((name) => `has a translation with ${kind} ${name}`),
  ];
}

function pluralProblems({ plurals }: Parts, locale: string): readonly string[] {
  const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  return plurals.flatMap((forms) => {
    const categories = forms.filter((form) => !/^\d/.test(form));
    const missing = needed.filter((form) => !categories.includes(form));
    const foreign = categories.filter((form) => !needed.some((category) => category === form));
    return [
      ...missing.map((form) => `has a translation without the plural form ${form}`),
      ...foreign.map(
        (form) => `has a translation with the plural form ${form}, which the language lacks`,
      ),
    ];
  });
}

function hasUnpairedTag(translation: string): boolean {
  const open: string[] = [];
  for (const [, slash, name = '', empty] of translation.matchAll(/<(\/?)(\w+)(\/?)>/g)) {
    if (empty === '/') continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return true;
  }
  return open.length > 0;
}
