import type { Settings } from '@postern/protocol';

export type Theme = Settings['theme'];

const REMEMBERED = 'postern.theme';

/** Applies a theme, and remembers it so that the next page load does not flash. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    window.localStorage.setItem(REMEMBERED, theme);
  } catch {
    // Without storage the page starts in the system theme.
  }
}

export function rememberedTheme(): Theme {
  try {
    const theme = window.localStorage.getItem(REMEMBERED);
    return theme === 'light' || theme === 'dark' ? theme : 'system';
  } catch {
    return 'system';
  }
}
