import type { Conversation } from '@postern/protocol';
import { settingsOpen } from '../chat-settings/chat-settings.ts';
import { navigate, currentRoute } from '../navigation/route.ts';
import { focusComposer } from '../chat/compose-requests.ts';
import { shownConversations, showView } from '../conversations/shown-lists.ts';
import { isPrivate } from '../state/private-chats.ts';
import { canOpen, openIt } from '../state/openers.ts';
import { deleteChat, organiseChats } from '../sidebar/organise-chats.ts';
import { organiseRequest } from '../sidebar/organise-request.ts';
import type { Action } from '../shortcuts/action.ts';
import { storedChat } from './shown-chat.ts';

/** Beginning chats and going to them. */
export const CHATS_ACTIONS: readonly Action[] = [
  {
    id: 'new-chat',
    label: 'New chat',
    group: 'Chats',
    keys: ['Mod Alt N', 'Mod N'],
    run: (): void => {
      navigate({ at: 'new' });
      focusComposer();
    },
  },
  {
    id: 'new-private-chat',
    label: 'New private chat',
    group: 'Chats',
    words: 'incognito temporary',
    keys: ['Mod Alt P'],
    run: (): void => {
      navigate({ at: 'private' });
      focusComposer();
    },
  },
  {
    id: 'later-chat',
    label: 'Go to the chat above',
    group: 'Chats',
    keys: ['Alt ArrowUp'],
    repeats: true,
    run: (): void => {
      goToNeighbour(-1);
    },
  },
  {
    id: 'earlier-chat',
    label: 'Go to the chat below',
    group: 'Chats',
    keys: ['Alt ArrowDown'],
    repeats: true,
    run: (): void => {
      goToNeighbour(1);
    },
  },
  {
    id: 'new-folder',
    label: 'New folder…',
    group: 'Chats',
    run: (): void => {
      organiseRequest.set({ kind: 'new-folder' });
    },
  },
  {
    id: 'all-chats',
    label: 'Show all chats in the list',
    group: 'Chats',
    run: (): void => {
      showView({ in: 'main' });
    },
  },
  {
    id: 'archived-chats',
    label: 'Show archived chats in the list',
    group: 'Chats',
    run: (): void => {
      showView({ in: 'archive' });
    },
  },
  {
    id: 'chats-with-tag',
    label: 'Show chats with a tag…',
    group: 'Chats',
    run: (): void => {
      organiseRequest.set({ kind: 'filter' });
    },
  },
];

/** What can be done with the chat that is shown. */
export const CHAT_ACTIONS: readonly Action[] = [
  {
    id: 'message-field',
    label: 'Go to the message field',
    group: 'This chat',
    words: 'write focus composer',
    keys: ['Mod Alt F'],
    isAvailable: isChatShown,
    run: focusComposer,
  },
  {
    id: 'model-picker',
    label: 'Choose model…',
    group: 'This chat',
    words: 'switch change provider',
    keys: ['Mod Alt O'],
    isAvailable: () => canOpen('model-picker'),
    run: (): void => {
      openIt('model-picker');
    },
  },
  {
    id: 'chat-settings',
    label: 'Chat settings…',
    group: 'This chat',
    words: 'system prompt temperature effort tokens',
    keys: ['Mod Shift ,'],
    isAvailable: () => isChatShown() && !isPrivateAndNew(),
    run: (): void => {
      settingsOpen.set(true);
    },
  },
  ofStoredChat('rename', 'Rename chat…', ['F2'], (chat) => {
    organiseRequest.set({ kind: 'rename-chat', chat });
  }),
  {
    ...ofStoredChat('pin', 'Pin or unpin chat', [], ({ id, pinned }) => {
      void organiseChats([id], { pinned: pinned !== true });
    }),
    labelNow: () => (storedChat()?.pinned === true ? 'Unpin chat' : 'Pin chat'),
  },
  ofStoredChat('move-to-folder', 'Move chat to folder…', [], ({ id }) => {
    organiseRequest.set({ kind: 'folder', ids: [id] });
  }),
  ofStoredChat('tags', 'Tags of the chat…', [], ({ id }) => {
    organiseRequest.set({ kind: 'tags', ids: [id] });
  }),
  {
    ...ofStoredChat('archive', 'Archive or unarchive chat', [], ({ id, archived }) => {
      void organiseChats([id], { archived: archived !== true });
    }),
    labelNow: () => (storedChat()?.archived === true ? 'Unarchive chat' : 'Archive chat'),
  },
  {
    id: 'export',
    label: 'Export chat…',
    group: 'This chat',
    words: 'save download print pdf markdown json html',
    isAvailable: () => canOpen('export'),
    run: (): void => {
      openIt('export');
    },
  },
  ofStoredChat('delete', 'Delete chat', ['Mod Shift D'], (chat) => {
    void deleteChat(chat);
  }),
  {
    id: 'keep-private-chat',
    label: 'Keep this private chat…',
    group: 'This chat',
    isAvailable: () => canOpen('keep-private-chat'),
    run: (): void => {
      openIt('keep-private-chat');
    },
  },
  {
    id: 'close-private-chat',
    label: 'Close this private chat…',
    group: 'This chat',
    isAvailable: () => canOpen('close-private-chat'),
    run: (): void => {
      openIt('close-private-chat');
    },
  },
];

function ofStoredChat(
  id: string,
  label: string,
  keys: readonly string[],
  run: (chat: Conversation) => void,
): Action {
  return {
    ...{ id, label, keys, group: 'This chat' },
    isAvailable: () => storedChat() !== undefined,
    run: (): void => {
      const chat = storedChat();
      if (chat !== undefined) run(chat);
    },
  };
}

function isChatShown(): boolean {
  return currentRoute().at !== 'settings';
}

/** Its settings come with its first message. */
function isPrivateAndNew(): boolean {
  const route = currentRoute();
  return route.at === 'private' && isPrivate('private');
}

function goToNeighbour(step: number): void {
  const conversations = shownConversations();
  const route = currentRoute();
  const at =
    route.at === 'conversation' ? conversations.findIndex(({ id }) => id === route.id) : -1;
  const next = conversations[Math.max(0, at + step)];
  if (next !== undefined) navigate({ at: 'conversation', id: next.id });
}
