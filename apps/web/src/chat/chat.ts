import type { Conversation, ConversationId, Message, MessageId } from '@postern/protocol';
import { EMPTY_ANSWER, type FoldedAnswer } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { Problem } from '../api/problem.ts';
import { createStore, type Store } from '../state/store.ts';
import { choicesTo, EMPTY_TREE, treeOf, type Choices, type MessageTree } from './tree.ts';

/** A turn that this page asked for and whose end has not come. */
export type Run =
  /** Nothing of the answer is there; `question` is shown until the process has stored it. */
  | { readonly at: 'asking'; readonly question: string | undefined }
  | { readonly at: 'answering'; readonly answerId: MessageId; readonly stopping: boolean };

/** What the page holds of one conversation. */
export interface Chat {
  readonly loading: 'idle' | 'loading' | 'loaded' | Problem;
  readonly conversation: Conversation | undefined;
  readonly tree: MessageTree;
  readonly choices: Choices;
  readonly run: Run | undefined;
  /** Why the last turn could not begin, or was torn from the page. */
  readonly problem: Problem | undefined;
}

export interface OpenChat {
  readonly id: ConversationId;
  readonly chat: Store<Chat>;
  /** The answer that is coming in; apart, because it changes with every frame. */
  readonly live: Store<FoldedAnswer>;
}

const NOT_LOADED: Chat = {
  loading: 'idle',
  conversation: undefined,
  tree: EMPTY_TREE,
  choices: new Map(),
  run: undefined,
  problem: undefined,
};

const open = new Map<ConversationId, OpenChat>();

/** The chat of a conversation; the same one for as long as the page lives. */
export function openChat(id: ConversationId): OpenChat {
  const known = open.get(id);
  if (known !== undefined) return known;
  const fresh: OpenChat = { id, chat: createStore(NOT_LOADED), live: createStore(EMPTY_ANSWER) };
  open.set(id, fresh);
  return fresh;
}

/** Forgets every conversation, as when the vault is locked. */
export function closeChats(): void {
  open.clear();
}

/** A chat for a conversation that was just made, which needs no loading. */
export function openNewChat(conversation: Conversation): OpenChat {
  const fresh = openChat(conversation.id);
  fresh.chat.update((now) => ({ ...now, loading: 'loaded', conversation }));
  return fresh;
}

/** Reads a conversation anew; what is shown stays while it loads. */
export async function loadChat({ id, chat }: OpenChat): Promise<void> {
  chat.update((now) => ({ ...now, loading: now.loading === 'loaded' ? 'loaded' : 'loading' }));
  const view = await appApi.conversation(id);
  // A turn that began meanwhile knows better than the answer to an older question.
  if (chat.get().run !== undefined) return;
  chat.update((now) =>
    view.ok
      ? {
          ...now,
          loading: 'loaded',
          conversation: view.value.conversation,
          tree: treeOf(view.value.messages),
        }
      : { ...now, loading: now.loading === 'loaded' ? 'loaded' : view.failure },
  );
}

export function chooseSibling({ chat }: OpenChat, message: Message): void {
  chat.update((now) => ({
    ...now,
    choices: new Map(now.choices).set(parentIn(now.tree, message), message.id),
  }));
}

/** Shows the branch that a message is in. */
export function showMessage({ chat }: OpenChat, id: MessageId): void {
  chat.update((now) => ({ ...now, choices: choicesTo(now.tree, now.choices, id) }));
}

export function dismissProblem({ chat }: OpenChat): void {
  chat.update((now) => ({ ...now, problem: undefined }));
}

/** Whether an answer is being written that this page did not ask for, or asked for in a past life. */
export function isWrittenElsewhere(chat: Chat): boolean {
  if (chat.run !== undefined) return false;
  return Array.from(chat.tree.byId.values()).some(({ status }) => status === 'streaming');
}

function parentIn(tree: MessageTree, message: Message): MessageId | null {
  return message.parentId !== null && tree.byId.has(message.parentId) ? message.parentId : null;
}
