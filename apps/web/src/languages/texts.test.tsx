import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { compareTexts, formatDate, formatList, formatNumber } from './formats.ts';
import { lingui } from './i18n.ts';

afterEach(() => {
  lingui.loadAndActivate({ locale: 'en', messages: {} });
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
    lingui.loadAndActivate({ locale: 'de', messages: { 'New chat': 'Neuer Chat' } });
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

describe('formats', () => {
  it('follow the language', () => {
    lingui.loadAndActivate({ locale: 'de', messages: {} });
    expect(formatNumber(1234.5)).toBe('1.234,5');
    expect(formatList(['a', 'b'])).toBe('a und b');
    expect(formatDate(0, { dateStyle: 'medium', timeZone: 'UTC' })).toBe('01.01.1970');
    lingui.loadAndActivate({ locale: 'en', messages: {} });
    expect(formatNumber(1234.5)).toBe('1,234.5');
    expect(formatList(['a', 'b'])).toBe('a and b');
  });

  it('sort as the language does', () => {
    const sorted = (): readonly string[] => ['z', 'ä', 'b 10', 'b 9'].toSorted(compareTexts);
    expect(sorted()).toEqual(['ä', 'b 9', 'b 10', 'z']);
    lingui.loadAndActivate({ locale: 'sv', messages: {} });
    expect(sorted()).toEqual(['b 9', 'b 10', 'z', 'ä']);
  });
});
