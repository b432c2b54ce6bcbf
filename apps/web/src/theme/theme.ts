import type { Settings } from '@postern/protocol';

export type Theme = Settings['theme'];

const REMEMBERED = 'postern.theme';

/** Shows the page in a theme, and remembers it so that the next start does not flash. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    window.localStorage.setItem(REMEMBERED, theme);
  } catch {
    // A browser without storage for this page starts in the system's theme.
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
