import { t } from '@lingui/core/macro';
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
    label: () => t`New chat`,
    group: 'chats',
    keys: ['Mod Alt N', 'Mod N'],
    run: (): void => {
      navigate({ at: 'new' });
      focusComposer();
    },
  },
  {
    id: 'new-private-chat',
    label: () => t`New private chat`,
    group: 'chats',
    words: () => t`incognito temporary`,
    keys: ['Mod Alt P'],
    run: (): void => {
      navigate({ at: 'private' });
      focusComposer();
    },
  },
  {
    id: 'later-chat',
    label: () => t`Go to the chat above`,
    group: 'chats',
    keys: ['Alt ArrowUp'],
    repeats: true,
    run: (): void => {
      goToNeighbour(-1);
    },
  },
  {
    id: 'earlier-chat',
    label: () => t`Go to the chat below`,
    group: 'chats',
    keys: ['Alt ArrowDown'],
    repeats: true,
    run: (): void => {
      goToNeighbour(1);
    },
  },
  {
    id: 'new-folder',
    label: () => t`New folder…`,
    group: 'chats',
    run: (): void => {
      organiseRequest.set({ kind: 'new-folder' });
    },
  },
  {
    id: 'all-chats',
    label: () => t`Show all chats in the list`,
    group: 'chats',
    run: (): void => {
      showView({ in: 'main' });
    },
  },
  {
    id: 'archived-chats',
    label: () => t`Show archived chats in the list`,
    group: 'chats',
    run: (): void => {
      showView({ in: 'archive' });
    },
  },
  {
    id: 'chats-with-tag',
    label: () => t`Show chats with a tag…`,
    group: 'chats',
    run: (): void => {
      organiseRequest.set({ kind: 'filter' });
    },
  },
];

/** What can be done with the chat that is shown. */
export const CHAT_ACTIONS: readonly Action[] = [
  {
    id: 'message-field',
    label: () => t`Go to the message field`,
    group: 'chat',
    words: () => t`write focus composer`,
    keys: ['Mod Alt F'],
    isAvailable: isChatShown,
    run: focusComposer,
  },
  {
    id: 'model-picker',
    label: () => t`Choose model…`,
    group: 'chat',
    words: () => t`switch change provider`,
    keys: ['Mod Alt O'],
    isAvailable: () => canOpen('model-picker'),
    run: (): void => {
      openIt('model-picker');
    },
  },
  {
    id: 'chat-settings',
    label: () => t`Chat settings…`,
    group: 'chat',
    words: () => t`system prompt temperature effort tokens`,
    keys: ['Mod Shift ,'],
    isAvailable: () => isChatShown() && !isPrivateAndNew(),
    run: (): void => {
      settingsOpen.set(true);
    },
  },
  ofStoredChat(
    'rename',
    () => t`Rename chat…`,
    ['F2'],
    (chat) => {
      organiseRequest.set({ kind: 'rename-chat', chat });
    },
  ),
  {
    ...ofStoredChat(
      'pin',
      () => t`Pin or unpin chat`,
      [],
      ({ id, pinned }) => {
        void organiseChats([id], { pinned: pinned !== true });
      },
    ),
    labelNow: () => (storedChat()?.pinned === true ? t`Unpin chat` : t`Pin chat`),
  },
  ofStoredChat(
    'move-to-folder',
    () => t`Move chat to folder…`,
    [],
    ({ id }) => {
      organiseRequest.set({ kind: 'folder', ids: [id] });
    },
  ),
  ofStoredChat(
    'tags',
    () => t`Tags of the chat…`,
    [],
    ({ id }) => {
      organiseRequest.set({ kind: 'tags', ids: [id] });
    },
  ),
  {
    ...ofStoredChat(
      'archive',
      () => t`Archive or unarchive chat`,
      [],
      ({ id, archived }) => {
        void organiseChats([id], { archived: archived !== true });
      },
    ),
    labelNow: () => (storedChat()?.archived === true ? t`Unarchive chat` : t`Archive chat`),
  },
  {
    id: 'export',
    label: () => t`Export chat…`,
    group: 'chat',
    words: () => t`save download print pdf markdown json html`,
    isAvailable: () => canOpen('export'),
    run: (): void => {
      openIt('export');
    },
  },
  ofStoredChat(
    'delete',
    () => t`Delete chat`,
    ['Mod Shift D'],
    (chat) => {
      void deleteChat(chat);
    },
  ),
  {
    id: 'keep-private-chat',
    label: () => t`Keep this private chat…`,
    group: 'chat',
    isAvailable: () => canOpen('keep-private-chat'),
    run: (): void => {
      openIt('keep-private-chat');
    },
  },
  {
    id: 'close-private-chat',
    label: () => t`Close this private chat…`,
    group: 'chat',
    isAvailable: () => canOpen('close-private-chat'),
    run: (): void => {
      openIt('close-private-chat');
    },
  },
];

function ofStoredChat(
  id: string,
  label: () => string,
  keys: readonly string[],
  run: (chat: Conversation) => void,
): Action {
  return {
    ...{ id, label, keys, group: 'chat' },
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
