import type { ChatSettingsEvent } from './chat-settings.ts';
import type { Conversation } from './conversation.ts';
import type { Draft } from './draft.ts';
import type { ConversationId, MessageId } from './ids.ts';

/** One event of `GET /api/events`, as `data:` of an event stream: what changed, on any page. */
export type PageEvent =
  /** Comes first, and when events were left out: what the page shows may be out of date. */
  | { readonly kind: 'sync' }
  /** It was added, or its title, folder, tags or flags have changed. */
  | { readonly kind: 'conversation'; readonly conversation: Conversation }
  | { readonly kind: 'conversation-deleted'; readonly id: ConversationId }
  /** Messages of it were added, deleted or restored, without an answer that runs. */
  | { readonly kind: 'messages'; readonly id: ConversationId }
  /** Folders or tags were added, or tags removed. */
  | { readonly kind: 'labels' }
  /** Conversations in the trash were permanently deleted. */
  | { readonly kind: 'trash' }
  | ({ readonly kind: 'draft' } & Draft)
  /** Presets, prompts or favourite models have changed. */
  | { readonly kind: 'library' }
  | ChatSettingsEvent
  /** The conversation has a new question or a retry. Follow the answer at `/api/conversations/:id/answer`. */
  | {
      readonly kind: 'answer-began' | 'answer-ended';
      readonly conversation: Conversation;
      readonly answerId: MessageId;
    };
