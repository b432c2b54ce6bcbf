import type { ConversationId } from '@postern/protocol';

const drafts = new Map<ConversationId | 'new', string>();

/** Returns the unsent text of a conversation. Drafts are in memory only. */
export function getDraft(id: ConversationId | 'new'): string {
  return drafts.get(id) ?? '';
}

export function saveDraft(id: ConversationId | 'new', text: string): void {
  if (text === '') drafts.delete(id);
  else drafts.set(id, text);
}

export function clearDrafts(): void {
  drafts.clear();
}
