import type { ConversationId } from '@postern/protocol';

const drafts = new Map<ConversationId | 'new', string>();

/** What was written and not sent, per conversation; in memory only, gone with the page. */
export function draftOf(id: ConversationId | 'new'): string {
  return drafts.get(id) ?? '';
}

export function keepDraft(id: ConversationId | 'new', text: string): void {
  if (text === '') drafts.delete(id);
  else drafts.set(id, text);
}

export function forgetDrafts(): void {
  drafts.clear();
}
