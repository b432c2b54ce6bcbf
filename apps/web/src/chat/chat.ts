import type {
  Conversation,
  ConversationId,
  Message,
  MessageId,
  PageEvent,
} from '@postern/protocol';
import {
  EMPTY_ANSWER,
  MAX_MESSAGES_AT_ONCE,
  storedAnswer,
  type FoldedAnswer,
} from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { createStore, type Store } from '../state/store.ts';
import { NO_SETTINGS, showSettings } from '../chat-settings/chat-settings.ts';
import {
  choicesTo,
  EMPTY_TREE,
  treeOf,
  withMessages,
  type Choices,
  type MessageTree,
} from './tree.ts';

/** The turn that has not finished. */
export type Run =
  /** This page waits for its first event, and shows `question` until the server has stored it. */
  | { readonly at: 'sending'; readonly question: string | undefined }
  /** The answer runs in the process; this page or another one requested it. */
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
  /** Ends this page's stream of the running answer, but not the answer. */
  follower: AbortController | undefined;
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
  const fresh: OpenChat = {
    id,
    chat: createStore(NOT_LOADED),
    live: createStore(EMPTY_ANSWER),
    follower: undefined,
  };
  open.set(id, fresh);
  return fresh;
}

/** Drops every conversation, for example when the vault locks. */
export function closeChats(): void {
  for (const { follower } of open.values()) follower?.abort();
  open.clear();
}

/** Opens a conversation that was just created and needs no loading. */
export function openNewChat(conversation: Conversation): OpenChat {
  const fresh = openChat(conversation.id);
  fresh.chat.update((now) => ({ ...now, loading: 'loaded', conversation }));
  return fresh;
}

/**
 * Reloads a conversation; the page keeps showing the old state until it arrives. An answer in it
 * that is running becomes the chat's run, which `attach` follows.
 */
export async function loadChat(open: OpenChat): Promise<void> {
  const { id, chat, live } = open;
  chat.update((now) => ({ ...now, loading: now.loading === 'loaded' ? 'loaded' : 'loading' }));
  const before = chat.get().run;
  const view = await appApi.conversation(id);
  const { run } = chat.get();
  // A turn that started meanwhile has newer messages than this response.
  if (run?.at === 'sending' || answerIdOf(run) !== answerIdOf(before)) return;
  if (!view.ok) {
    chat.update((now) => withoutView(now, view.failure));
    return;
  }
  const { conversation, earlier, messages, choices, settings } = view.value;
  showSettings(id, settings ?? NO_SETTINGS);
  const streaming = messages.find(({ status }) => status === 'streaming');
  if (streaming !== undefined && streaming.id !== answerIdOf(run)) {
    live.set(storedAnswer(streaming));
  }
  chat.update((now) => ({
    ...now,
    loading: 'loaded',
    conversation,
    ...withStored(treeOf(messages, earlier, now.tree), now.choices, choices),
    run: runOf(streaming, now.run),
  }));
}

/** Messages that are to be loaded, by chat: all of one frame are one request. */
const wanted = new WeakMap<OpenChat, Set<MessageId>>();

/** Loads messages of which the page has only an outline. Those that are shown at once are one request. */
export function wantMessages(open: OpenChat, ids: readonly MessageId[]): void {
  const known = wanted.get(open);
  if (known !== undefined) {
    for (const id of ids) known.add(id);
    return;
  }
  const fresh = new Set(ids);
  wanted.set(open, fresh);
  requestAnimationFrame(() => {
    wanted.delete(open);
    void loadMessages(open, [...fresh]);
  });
}

async function loadMessages({ id, chat }: OpenChat, ids: readonly MessageId[]): Promise<void> {
  for (let at = 0; at < ids.length; at += MAX_MESSAGES_AT_ONCE) {
    const found = await appApi.messages(id, ids.slice(at, at + MAX_MESSAGES_AT_ONCE));
    // A group that is shown again asks again.
    if (!found.ok) return;
    chat.update((now) => ({ ...now, tree: withMessages(now.tree, found.value) }));
  }
}

/** Brings the shown chat up to date with a change, which may be this page’s own. */
export function applyToChat(open: OpenChat, event: PageEvent): void {
  if (event.kind === 'sync') {
    void loadChat(open);
    return;
  }
  if (event.kind === 'draft' || event.kind === 'labels' || event.kind === 'trash') return;
  if (event.kind === 'chat-settings' || event.kind === 'library') return;
  const id = 'id' in event ? event.id : event.conversation.id;
  if (id !== open.id) return;
  if (event.kind === 'conversation') {
    open.chat.update((now) => ({ ...now, conversation: event.conversation }));
  } else if ('id' in event || !showsAnswer(open.chat.get(), event)) {
    void loadChat(open);
  }
}

/** Whether the page has the answer, and its end if it has ended, or will get it. */
function showsAnswer(
  { run, tree }: Chat,
  event: Extract<PageEvent, { readonly answerId: MessageId }>,
): boolean {
  if (run !== undefined) return run.at === 'sending' || run.answerId === event.answerId;
  const answer = tree.byId.get(event.answerId);
  return answer !== undefined && answer.status !== 'streaming';
}

/** The answer that is running, if the server has stored it. */
export function answerIdOf(run: Run | undefined): MessageId | undefined {
  return run?.at === 'answering' ? run.answerId : undefined;
}

function runOf(streaming: Message | undefined, now: Run | undefined): Run | undefined {
  if (streaming === undefined || streaming.id === answerIdOf(now)) return streaming && now;
  return { at: 'answering', answerId: streaming.id, stopping: false };
}

/** The stored choices, except where this page has its own. */
function withStored(
  tree: MessageTree,
  own: Choices,
  stored: readonly MessageId[] = [],
): Pick<Chat, 'tree' | 'choices'> {
  const choices = new Map(own);
  for (const id of stored) {
    const message = tree.byId.get(id);
    const parent = message === undefined ? undefined : parentIn(tree, message);
    if (parent === undefined) continue;
    const chosen = own.get(parent);
    if (chosen === undefined || !tree.byId.has(chosen)) choices.set(parent, id);
  }
  return { tree, choices };
}

function withoutView(now: Chat, failure: RequestProblem): Chat {
  // Another page deleted it.
  if (failure.code === 'CONVERSATION_NOT_FOUND')
    return { ...now, loading: failure, run: undefined };
  return { ...now, loading: now.loading === 'loaded' ? 'loaded' : failure };
}

export function chooseSibling({ id, chat }: OpenChat, message: Message): void {
  chat.update((now) => ({
    ...now,
    choices: new Map(now.choices).set(parentIn(now.tree, message), message.id),
  }));
  void appApi.chooseMessage(id, { message: message.id });
}

/** Adds a message that was just stored, and shows it instead of its siblings. */
export function showNewMessage({ chat }: OpenChat, message: Message): void {
  chat.update((now) => {
    const tree = withMessages(now.tree, [message]);
    return { ...now, tree, choices: new Map(now.choices).set(parentIn(tree, message), message.id) };
  });
}

/** Switches to the branch that contains a message. */
export function showMessage({ chat }: OpenChat, id: MessageId): void {
  chat.update((now) => ({ ...now, choices: choicesTo(now.tree, now.choices, id) }));
}

export function dismissProblem({ chat }: OpenChat): void {
  chat.update((now) => ({ ...now, problem: undefined }));
}

function parentIn(tree: MessageTree, message: Message): MessageId | null {
  return message.parentId !== null && tree.byId.has(message.parentId) ? message.parentId : null;
}
