import type { Conversation, ConversationId } from '@postern/protocol';
import { createStore } from '../state/store.ts';

/** A menu or dialog of the list, one at a time. Menus are shown at their anchor. */
export type OrganiseRequest =
  /** `row` is the key of a chat or a folder. */
  | { readonly kind: 'row-menu'; readonly anchor: HTMLElement; readonly row: string }
  | { readonly kind: 'view-menu'; readonly anchor: HTMLElement }
  | { readonly kind: 'folder'; readonly ids: readonly ConversationId[] }
  | { readonly kind: 'tags'; readonly ids: readonly ConversationId[] }
  | { readonly kind: 'rename-chat'; readonly chat: Conversation }
  | { readonly kind: 'filter' }
  | { readonly kind: 'new-folder' }
  | { readonly kind: 'rename-folder'; readonly name: string }
  | { readonly kind: 'delete-folder'; readonly name: string };

export const organiseRequest = createStore<OrganiseRequest | undefined>(undefined);

/** The chat whose title is being edited in the list. */
export const renamedChat = createStore<ConversationId | undefined>(undefined);

/** The key of the section over which chats are dragged. */
export const dropSection = createStore<string | undefined>(undefined);
