import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseLanguage, language, startLanguage } from '../languages/language.ts';
import { useStore } from '../state/store.ts';
import { LanguageField } from './language-choice.tsx';

afterEach(async () => {
  cleanup();
  await chooseLanguage('en');
});

function Page(): ReturnType<typeof LanguageField> {
  return <LanguageField key={useStore(language)} />;
}

const field = (): HTMLElement => screen.getByRole('combobox');

describe('the choice of the language', () => {
  it('lists each language by its own name', () => {
    render(<Page />);
    expect(
      screen.getAllByRole('option').map(({ lang, textContent }) => [lang, textContent]),
    ).toEqual([
      ['de', 'Deutsch'],
      ['en', 'English'],
      ['es', 'Español'],
      ['ar', 'العربية'],
      ['ja', '日本語'],
      ['zh-TW', '繁體中文'],
    ]);
  });

  it('sets language and direction of the page, and keeps the focus', async () => {
    render(<Page />);
    await userEvent.selectOptions(field(), 'العربية');
    await expect.poll(() => document.documentElement.lang).toBe('ar');
    expect(document.documentElement.dir).toBe('rtl');
    await expect.poll(() => document.activeElement).toBe(field());
    expect(field()).toHaveProperty('value', 'ar');
    await userEvent.selectOptions(field(), 'Deutsch');
    await expect.poll(() => document.documentElement.lang).toBe('de');
    expect(document.documentElement.dir).toBe('ltr');
  });

  it('is remembered in this browser, and another page follows', async () => {
    await chooseLanguage('ja');
    expect(localStorage.getItem('postern.language')).toBe('ja');
    await startLanguage();
    expect(language.get()).toBe('ja');
    const change = { key: 'postern.language', newValue: 'es' };
    window.dispatchEvent(Object.assign(new Event('storage'), change));
    await expect.poll(() => language.get()).toBe('es');
  });

  it('ignores a remembered language that the page doesn’t have', async () => {
    localStorage.setItem('postern.language', 'constructor');
    await startLanguage();
    expect(language.get()).toBe('en');
  });
});
