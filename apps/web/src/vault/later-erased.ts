import { createLater } from '../state/later.ts';

/** Loaded before everything is erased, because nothing can be loaded afterwards. */
export const erasedPage = createLater(async () => await import('./erased.tsx'));
