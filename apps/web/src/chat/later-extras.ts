import { createLater } from '../state/later.ts';

/** The numbers of answers and chats, and reading aloud, appear when this has loaded. */
export const chatExtras = createLater(async () => await import('./chat-extras.tsx'));
