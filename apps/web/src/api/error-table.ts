import { ERROR_CODES } from '@postern/protocol';
import { translationOf, type Messages } from '../languages/i18n.ts';
import { addTranslations, language, type Language } from '../languages/language.ts';
import { sayProblemsWith, toPageText, untranslated, type SaidProblem } from './problem.ts';
import type { SentProblem } from './problem.ts';

/** The table's remedy for a code, which may be one of another version of Postern. */
export function remedyOf(code: string): string | undefined {
  return rowOf(code)?.remedy;
}

interface Row {
  readonly meaning: string;
  readonly remedy: string;
}

function rowOf(code: string): Row | undefined {
  const table: Readonly<Record<string, Row>> = ERROR_CODES;
  return Object.hasOwn(table, code) ? table[code] : undefined;
}

const CATALOGUES: Readonly<Record<Language, () => Promise<{ readonly messages: Messages }>>> = {
  en: () => Promise.resolve({ messages: {} }),
  de: () => import('../languages/catalogues/errors/de.ts'),
  es: () => import('../languages/catalogues/errors/es.ts'),
  ar: () => import('../languages/catalogues/errors/ar.ts'),
  ja: () => import('../languages/catalogues/errors/ja.ts'),
  'zh-TW': () => import('../languages/catalogues/errors/zh-TW.ts'),
};

let translated: Promise<void> | undefined;

/** From now on, problems of the process are in the language of the page. */
export function translateProblems(): Promise<void> {
  return (translated ??= addTranslations(async (chosen) => {
    const { messages } = await CATALOGUES[chosen]();
    return messages;
  }).then(() => {
    sayProblemsWith(say);
  }));
}

function say(sent: SentProblem): SaidProblem {
  if (language.get() === 'en') return untranslated(sent);
  const { code, message, details } = sent;
  const row = rowOf(code);
  const whole = translationOf(details?.sentence ?? message, details?.values);
  const said = whole ?? (row && translationOf(row.meaning));
  if (said === undefined) return untranslated(sent);
  const remedy = sent.remedy === undefined ? undefined : remedyFrom(sent.remedy, row);
  return {
    message: said,
    remedy,
    detail: whole === undefined ? detailOf(message, row) : undefined,
  };
}

/** A remedy of the case with values is in English only; the table's says the same in general. */
function remedyFrom(sent: string, row: Row | undefined): string | undefined {
  return translationOf(sent) ?? (row && translationOf(row.remedy));
}

/** What the message says besides the table's sentence, in English or the provider's language. */
function detailOf(message: string, row: Row | undefined): string {
  const meaning = `${row?.meaning.replace(/\.$/, '') ?? ''}: `;
  return toPageText(message.startsWith(meaning) ? message.slice(meaning.length) : message);
}
