import { createLater } from '../state/later.ts';

/** The panel isn't part of the first load. */
export const settingsPanel = createLater(async () => await import('./settings-panel.tsx'));
