import { createLater } from '../state/later.ts';

/* The pages that most visits don't open aren't part of the first load. */

export const settingsPage = createLater(async () => await import('../settings/settings-page.tsx'));
export const firstRunPage = createLater(async () => await import('../first-run/first-run.tsx'));
export const signedOutPage = createLater(async () => await import('../sign-in/signed-out.tsx'));
export const unlockPage = createLater(async () => await import('../unlock/unlock.tsx'));
export const actionTable = createLater(async () => await import('../actions/action-table.ts'));
export const searchPalette = createLater(async () => await import('../search/search-palette.tsx'));
export const shortcutsSheet = createLater(
  async () => await import('../shortcuts/shortcuts-sheet.tsx'),
);
