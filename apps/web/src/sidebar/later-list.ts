import { createLater } from '../state/later.ts';

/** The list comes with its data, after the first load. */
export const laterList = createLater(async () => await import('./conversations.tsx'));
