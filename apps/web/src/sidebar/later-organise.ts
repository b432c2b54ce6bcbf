import { createLater } from '../state/later.ts';

/** The menus, dialogs and selection bar of the list. They come after the list. */
export const organiseLater = createLater(async () => await import('./organise-overlay.tsx'));
