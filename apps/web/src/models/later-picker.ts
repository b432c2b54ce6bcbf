import { createLater } from '../state/later.ts';

/** The picker isn't part of the first load. */
export const modelPicker = createLater(async () => await import('./model-picker.tsx'));
