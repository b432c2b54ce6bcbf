import type { MessageDescriptor } from '@lingui/core';

/** A text, or a placeholder. The format of a plural or a choice has a message for each form. */
type Token = string | readonly [name: string, type?: string, forms?: Forms];
type Forms = Readonly<Record<string, Message>>;

/** A message as Lingui’s build leaves it, parsed; a string has no placeholders. */
export type Message = string | readonly Token[];
export type Messages = Readonly<Record<string, Message>>;
export type Values = Readonly<Record<string, unknown>>;

/** The language of the texts, and the locale of numbers and dates. */
let current: { readonly locale: string; readonly formats: string; readonly messages: Messages } = {
  locale: 'en',
  formats: 'en',
  messages: {},
};

/** Sets the language in which texts are read from now on. */
export function activate(locale: string, formats: string, messages: Messages): void {
  current = { locale, formats, messages };
}

/** The locale of numbers, dates and sorting. */
export function formatLocale(): string {
  return current.formats;
}

/** The text of a message with its values, in the current language or in English. */
export function textOf({ id, message, values = {} }: MessageDescriptor): string {
  const translated = Object.hasOwn(current.messages, id) ? current.messages[id] : undefined;
  return format(translated ?? (message as Message | undefined) ?? id, values);
}

/** The translation of a text that the process sent; undefined in English, and if there is none. */
export function translationOf(id: string, values: Values = {}): string | undefined {
  return Object.hasOwn(current.messages, id) ? textOf({ id, values }) : undefined;
}

/** What the macros call. The page renders anew when the language changes. */
export const i18n = {
  _: (text: MessageDescriptor | string): string =>
    textOf(typeof text === 'string' ? { id: text } : text),
};

function format(message: Message, values: Values, counted?: number): string {
  if (typeof message === 'string') return message;
  return message.map((token) => formatToken(token, values, counted)).join('');
}

function formatToken(token: Token, values: Values, counted: number | undefined): string {
  if (token === '#' && counted !== undefined) {
    return new Intl.NumberFormat(current.formats).format(counted);
  }
  if (typeof token === 'string') return token;
  const [name, type, forms] = token;
  const value = valueOf(values, name);
  if (forms === undefined) return value;
  const count = type === 'plural' ? Number(value) : undefined;
  const category = count === undefined ? '' : new Intl.PluralRules(current.formats).select(count);
  const form = [value, category, 'other'].find((each) => Object.hasOwn(forms, each)) ?? '';
  return format(forms[form] ?? '', values, count ?? counted);
}

function valueOf(values: Values, name: string): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
