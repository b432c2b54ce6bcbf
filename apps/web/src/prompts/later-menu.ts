import { createLater } from '../state/later.ts';

/** What a message field needs of prompts; it isn't part of the first load. */
export const promptParts = createLater(async () => await import('./prompt-parts.ts'));
