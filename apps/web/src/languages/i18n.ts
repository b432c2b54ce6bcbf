import { i18n as lingui, type MessageDescriptor } from '@lingui/core';

export { lingui };

// The build has parsed every message: a string has no placeholders, and no parser is needed.
lingui.setMessagesCompiler((message) => [message]);
lingui.loadAndActivate({ locale: 'en', messages: {} });

/** What the macros call. The page has one language at a time, and renders anew when that changes. */
export const i18n = {
  _: (text: MessageDescriptor | string): string =>
    typeof text === 'string'
      ? lingui._(text)
      : lingui._({ ...text, values: keepBackslashes(text.values) }).replaceAll(BACKSLASH, '\\'),
};

const BACKSLASH = '\uE0FF';

/** Lingui decodes `\x41` in its result, even if it is part of a value, such as a path of Windows. */
function keepBackslashes(values: MessageDescriptor['values'] = {}): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    kept[name] = typeof value === 'string' ? value.replaceAll('\\', BACKSLASH) : value;
  }
  return kept;
}
