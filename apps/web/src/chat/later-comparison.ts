import { createLater } from '../state/later.ts';

/** Comparing the answers of several models. Not part of the first load. */
export const comparisonParts = createLater(async () => await import('./comparison-parts.tsx'));
