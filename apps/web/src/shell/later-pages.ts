import { createLater } from '../state/later.ts';

/* The pages that most visits don't open aren't part of the first load. */

export const settingsPage = createLater(async () => await import('../settings/settings-page.tsx'));
export const firstRunPage = createLater(async () => await import('../first-run/first-run.tsx'));
export const searchPalette = createLater(async () => await import('../search/search-palette.tsx'));
