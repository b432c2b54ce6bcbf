import { createLater } from '../state/later.ts';

/** The dialog that exports chats isn't part of the first load. */
export const exportDialog = createLater(async () => await import('./export-dialog.tsx'));
