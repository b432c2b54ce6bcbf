import type { Conversation, ConversationId, Message, MessageId } from '@postern/protocol';
import { EMPTY_ANSWER, type FoldedAnswer } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { createStore, type Store } from '../state/store.ts';
import { choicesTo, EMPTY_TREE, treeOf, type Choices, type MessageTree } from './tree.ts';

/** A turn that this page started and that has not finished. */
export type Run =
  /** Waiting for the first event; the page shows `question` until the server has stored it. */
  | { readonly at: 'sending'; readonly question: string | undefined }
  | { readonly at: 'answering'; readonly answerId: MessageId; readonly stopping: boolean };

/** The state of one conversation on this page. */
export interface Chat {
  readonly loading: 'idle' | 'loading' | 'loaded' | RequestProblem;
  readonly conversation: Conversation | undefined;
  readonly tree: MessageTree;
  readonly choices: Choices;
  readonly run: Run | undefined;
  /** Why the last turn could not start or was cut off. */
  readonly problem: RequestProblem | undefined;
}

export interface OpenChat {
  readonly id: ConversationId;
  readonly chat: Store<Chat>;
  /** The answer that is streaming in; separate, because it changes with every frame. */
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

/** Returns the chat of a conversation; always the same object until `closeChats`. */
export function openChat(id: ConversationId): OpenChat {
  const known = open.get(id);
  if (known !== undefined) return known;
  const fresh: OpenChat = { id, chat: createStore(NOT_LOADED), live: createStore(EMPTY_ANSWER) };
  open.set(id, fresh);
  return fresh;
}

/** Drops every conversation, for example when the vault locks. */
export function closeChats(): void {
  open.clear();
}

/** Opens a conversation that was just created and needs no loading. */
export function openNewChat(conversation: Conversation): OpenChat {
  const fresh = openChat(conversation.id);
  fresh.chat.update((now) => ({ ...now, loading: 'loaded', conversation }));
  return fresh;
}

/** Reloads a conversation; the page keeps showing the old state until it arrives. */
export async function loadChat({ id, chat }: OpenChat): Promise<void> {
  chat.update((now) => ({ ...now, loading: now.loading === 'loaded' ? 'loaded' : 'loading' }));
  const view = await appApi.conversation(id);
  // A turn that started meanwhile has newer messages than this response.
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

/** Switches to the branch that contains a message. */
export function showMessage({ chat }: OpenChat, id: MessageId): void {
  chat.update((now) => ({ ...now, choices: choicesTo(now.tree, now.choices, id) }));
}

export function dismissProblem({ chat }: OpenChat): void {
  chat.update((now) => ({ ...now, problem: undefined }));
}

/** Whether an answer is streaming that another page, or this page before a reload, started. */
export function isStreamingElsewhere(chat: Chat): boolean {
  if (chat.run !== undefined) return false;
  return Array.from(chat.tree.byId.values()).some(({ status }) => status === 'streaming');
}

function parentIn(tree: MessageTree, message: Message): MessageId | null {
  return message.parentId !== null && tree.byId.has(message.parentId) ? message.parentId : null;
}
