import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Theme from './theme.ts';

const APPEARANCE = {
  theme: 'dark',
  contrast: 'system',
  textSize: 'large',
  columnWidth: 'wide',
  diagrams: 'code',
} as const;

/** A query whose answer the test sets. */
class Query extends EventTarget {
  matches = false;

  answer(matches: boolean): void {
    this.matches = matches;
    this.dispatchEvent(new Event('change'));
  }
}

const query = new Query();

/** The module as a new page has it. */
async function fresh(): Promise<Pick<typeof Theme, 'showAppearance' | 'showRememberedAppearance'>> {
  vi.resetModules();
  vi.stubGlobal('matchMedia', () => query);
  return await import('./theme.ts');
}

const shown = (name: string): string | undefined => document.documentElement.dataset[name];

beforeEach(() => {
  localStorage.clear();
  query.answer(false);
});

describe('the appearance', () => {
  it('is shown, and shown again by the next page before it knows the settings', async () => {
    const first = await fresh();
    first.showAppearance(APPEARANCE);
    for (const [name, value] of Object.entries(APPEARANCE)) expect(shown(name)).toBe(value);
    const next = await fresh();
    next.showRememberedAppearance();
    for (const [name, value] of Object.entries(APPEARANCE)) expect(shown(name)).toBe(value);
  });

  it.each(['', 'x', '[]', '{"theme":1,"textSize":{}}'])(
    'is the system’s if %j is remembered',
    async (remembered) => {
      localStorage.setItem('postern.appearance', remembered);
      const { showRememberedAppearance } = await fresh();
      showRememberedAppearance();
      expect([shown('theme'), shown('contrast')]).toEqual(['system', 'system']);
    },
  );

  it('follows the system’s wish for more contrast, unless it is set otherwise', async () => {
    const { showAppearance } = await fresh();
    showAppearance(APPEARANCE);
    expect(shown('contrast')).toBe('system');
    query.answer(true);
    expect([shown('theme'), shown('contrast')]).toEqual(['dark', 'high']);
    showAppearance({ ...APPEARANCE, contrast: 'normal' });
    expect(shown('contrast')).toBe('normal');
  });
});
