import { createStore, type ReadonlyStore } from '../state/store.ts';
import { activate, type Messages } from './i18n.ts';

interface LanguageInfo {
  /** The language’s name in itself. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** Loads the translations; English is in the code. */
  readonly load: () => Promise<{ readonly messages: Messages }>;
}

const LANGUAGES = {
  en: { name: 'English', direction: 'ltr', load: () => Promise.resolve({ messages: {} }) },
  de: { name: 'Deutsch', direction: 'ltr', load: () => import('./catalogues/de.ts') },
  es: { name: 'Español', direction: 'ltr', load: () => import('./catalogues/es.ts') },
  ar: { name: 'العربية', direction: 'rtl', load: () => import('./catalogues/ar.ts') },
  ja: { name: '日本語', direction: 'ltr', load: () => import('./catalogues/ja.ts') },
  'zh-TW': { name: '繁體中文', direction: 'ltr', load: () => import('./catalogues/zh-TW.ts') },
} as const satisfies Readonly<Record<string, LanguageInfo>>;

export type Language = keyof typeof LANGUAGES;

/** Every language of the page. */
export const LANGUAGE_NAMES: readonly (readonly [language: Language, name: string])[] = [
  ['en', LANGUAGES.en.name],
  ['de', LANGUAGES.de.name],
  ['es', LANGUAGES.es.name],
  ['ar', LANGUAGES.ar.name],
  ['ja', LANGUAGES.ja.name],
  ['zh-TW', LANGUAGES['zh-TW'].name],
];

/** Loads more translations of a language. */
type LoadMore = (language: Language) => Promise<Messages>;
let loadMore: LoadMore | undefined;

const REMEMBERED = 'postern.language';
const shown = createStore<Language>('en');

/** The language in which the page is shown. */
export const language: ReadonlyStore<Language> = shown;

/** Shows the page in the language that was chosen in this browser, or in the browser’s own. */
export async function startLanguage(): Promise<void> {
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key === REMEMBERED && isLanguage(newValue)) void show(newValue);
  });
  await show(rememberedLanguage() ?? preferredLanguage(navigator.languages));
}

/** Shows the page in this language, and remembers it in this browser. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  try {
    window.localStorage.setItem(REMEMBERED, chosen);
  } catch {
    // Without storage the language is asked for again with the next page load.
  }
  await show(chosen);
}

/** Adds translations that only some pages need, in this language and in those that are chosen later. */
export async function addTranslations(load: LoadMore): Promise<void> {
  loadMore = load;
  await show(shown.get());
}

/** The first of the user’s languages that the page has, or English. */
export function preferredLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    const found = languageOf(tag);
    if (found !== undefined) return found;
  }
  return 'en';
}

/**
 * The user’s own variant of a language for numbers and dates, for example British English, if the browser has one.
 */
export function formatLocaleOf(chosen: Language, tags: readonly string[]): string {
  return tags.find((tag) => languageOf(tag) === chosen) ?? chosen;
}

function languageOf(tag: string): Language | undefined {
  try {
    const { language: base, script } = new Intl.Locale(tag).maximize();
    if (base === 'zh' && script === 'Hant') return 'zh-TW';
    return isLanguage(base) ? base : undefined;
  } catch {
    // The browser lists a tag that isn’t one.
    return undefined;
  }
}

async function show(next: Language): Promise<void> {
  const { direction, load } = LANGUAGES[next];
  let messages: Messages;
  try {
    const [own, more] = await Promise.all([load(), loadMore?.(next)]);
    messages = { ...own.messages, ...more };
  } catch {
    // Postern isn’t running. The language that is shown stays.
    return;
  }
  activate(next, formatLocaleOf(next, navigator.languages), messages);
  document.documentElement.lang = next;
  document.documentElement.dir = direction;
  shown.set(next);
}

function rememberedLanguage(): Language | undefined {
  try {
    const remembered = window.localStorage.getItem(REMEMBERED);
    return isLanguage(remembered) ? remembered : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the page has this language. */
export function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(LANGUAGES, text);
}
