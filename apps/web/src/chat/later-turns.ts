import { createLater } from '../state/later.ts';

/** What messages need only after they are shown: their ends, menus and edits. Not part of the first load. */
export const turnParts = createLater(async () => await import('./turn-parts.tsx'));
