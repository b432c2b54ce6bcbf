import { setupI18n } from '@lingui/core';
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { compareTexts, formatDate, formatList, formatNumber } from './formats.ts';
import { activate, i18n, type Message } from './i18n.ts';

afterEach(() => {
  activate('en', 'en', {});
});

const name = String.raw`C:\x41 <0>b</0> {c}`;

describe('texts', () => {
  it('are shown in English without a catalogue', () => {
    const shown = [1, 2].map((count) => plural(count, { one: '# chat', other: '# chats' }));
    expect([t`New chat`, t`Delete “${name}”?`, ...shown]).toEqual([
      'New chat',
      `Delete “${name}”?`,
      '1 chat',
      '2 chats',
    ]);
  });

  it('are shown in the language of the catalogue, and in English where it has none', () => {
    activate('de', 'de', { 'New chat': 'Neuer Chat' });
    expect([t`New chat`, t`Old chat`]).toEqual(['Neuer Chat', 'Old chat']);
  });

  it('show a value as it is, also if it looks like a tag or an escape', () => {
    const { container } = render(
      <p>
        <Trans>
          Delete <b>{name}</b>?
        </Trans>
      </p>,
    );
    expect(container.innerHTML).toBe(
      String.raw`<p>Delete <b>C:\x41 &lt;0&gt;b&lt;/0&gt; {c}</b>?</p>`,
    );
  });
});

describe('the interpretation of messages', () => {
  it.each([
    ['{count, plural, =0 {none} one {# chat} other {# chats}}', { count: 0 }],
    ['{count, plural, =0 {none} one {# chat} other {# chats}}', { count: 1 }],
    ['{count, plural, one {# {kind} #} other {# {kind}s}} #', { count: 1234, kind: 'chat' }],
    ['{kind, select, chat {a chat} other {a {kind}}}', { kind: 'chat' }],
    ['{kind, select, chat {a chat} other {a {kind}}}', { kind: 'constructor' }],
    ['{missing} and {zero}', { zero: 0 }],
  ])('“%s” is the same as that of Lingui, with %j', (message, values) => {
    const parsed = compileMessage(message);
    const lingui = setupI18n({ locale: 'en', messages: { en: { id: parsed } } });
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the type of the parser says unknown where these messages have forms
    activate('en', 'en', { id: parsed as Message });
    expect(i18n._({ id: 'id', values })).toBe(lingui._('id', values));
  });
});

describe('formats', () => {
  it('follow the language', () => {
    activate('de', 'de', {});
    expect(formatNumber(1234.5)).toBe('1.234,5');
    expect(formatList(['a', 'b'])).toBe('a und b');
    expect(formatDate(0, { dateStyle: 'medium', timeZone: 'UTC' })).toBe('01.01.1970');
    activate('en', 'en', {});
    expect(formatNumber(1234.5)).toBe('1,234.5');
    expect(formatList(['a', 'b'])).toBe('a and b');
  });

  it('sort as the language does', () => {
    const sorted = (): readonly string[] => ['z', 'ä', 'b 10', 'b 9'].toSorted(compareTexts);
    expect(sorted()).toEqual(['ä', 'b 9', 'b 10', 'z']);
    activate('sv', 'sv', {});
    expect(sorted()).toEqual(['b 9', 'b 10', 'z', 'ä']);
  });
});
