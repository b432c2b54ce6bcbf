import { t } from '@lingui/core/macro';
import type { Conversation } from '@postern/protocol';
import { settingsOpen } from '../chat-settings/chat-settings.ts';
import { navigate, currentRoute } from '../navigation/route.ts';
import { focusComposer } from '../chat/compose-requests.ts';
import { shownConversations, showView } from '../conversations/shown-lists.ts';
import { isPrivate } from '../state/private-chats.ts';
import { canOpen, openIt, type Opened } from '../state/openers.ts';
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
  opens('model-picker', () => t`Choose model…`, 'model-picker', {
    words: () => t`switch change provider`,
    keys: ['Mod Alt O'],
  }),
  opens('compare', () => t`Compare models…`, 'compare', {
    words: () => t`side by side several`,
    keys: ['Mod Alt C'],
  }),
  opens('prompts', () => t`Insert prompt…`, 'prompts', { words: () => t`library template` }),
  opens('attach', () => t`Attach files…`, 'attach', {
    words: () => t`upload image pdf`,
    keys: ['Mod Alt U'],
  }),
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
  opens('export', () => t`Export chat…`, 'export', {
    words: () => t`save download print pdf markdown json html`,
  }),
  opens('print', () => t`Print chat`, 'print', { words: () => t`paper pdf` }),
  ofStoredChat(
    'delete',
    () => t`Delete chat`,
    ['Mod Shift D'],
    (chat) => {
      void deleteChat(chat);
    },
  ),
  opens('keep-private-chat', () => t`Keep this private chat…`, 'keep-private-chat'),
  opens('close-private-chat', () => t`Close this private chat…`, 'close-private-chat'),
];

/** Opens what the shown chat offers. */
function opens(
  id: string,
  label: () => string,
  opened: Opened,
  more: Pick<Action, 'words' | 'keys'> = {},
): Action {
  return {
    ...{ id, label, group: 'chat', ...more },
    isAvailable: () => canOpen(opened),
    run: (): void => {
      openIt(opened);
    },
  };
}

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
