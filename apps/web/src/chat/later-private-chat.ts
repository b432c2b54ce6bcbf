import { createLater } from '../state/later.ts';

/** What only private chats need, and that isn't part of the first load. */
export const privateChatParts = createLater(async () => await import('./private-chat.tsx'));
