import { createLater } from '../state/later.ts';

/** Maths is shown as it was written until this has loaded. */
export const maths = createLater(async () => await import('./katex.ts'));
