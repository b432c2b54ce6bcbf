import { createLater } from '../state/later.ts';

/** Code is shown without colours until this has loaded. */
export const highlighting = createLater(async () => (await import('./languages.ts')).lowlight);
