import { createLater } from '../state/later.ts';

/** The buttons of code and tables appear when this has loaded. */
export const blockTools = createLater(async () => await import('./block-tools.tsx'));
