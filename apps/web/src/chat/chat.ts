import type {
  Attachment,
  Conversation,
  ConversationEnd,
  ConversationNumbers,
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
  /** This page waits for its first event, and shows the question until the server has stored it. */
  | {
      readonly at: 'sending';
      readonly question: string | undefined;
      readonly attachments?: readonly Attachment[];
    }
  /** The answers run in the process; this page or another one requested them. Several are a comparison. */
  | { readonly at: 'answering'; readonly answers: RunningAnswers };

/** Whether each running answer is being stopped. Never empty. */
export type RunningAnswers = ReadonlyMap<MessageId, { readonly stopping: boolean }>;

export interface EarlierMessages {
  readonly ids: ReadonlySet<MessageId>;
  readonly numbers: ConversationNumbers;
}

function earlierOf({
  earlier = [],
  earlierNumbers: numbers = { usedTokens: 0, withoutCost: 0 },
}: Partial<ConversationEnd>): EarlierMessages {
  return { ids: new Set(earlier.map(({ id }) => id)), numbers };
}

/** The state of one conversation on this page. */
export interface Chat {
  readonly loading: 'idle' | 'loading' | 'loaded' | RequestProblem;
  readonly conversation: Conversation | undefined;
  readonly tree: MessageTree;
  readonly choices: Choices;
  /** What the process counted of messages that weren’t loaded with the others. */
  readonly earlier: EarlierMessages;
  readonly run: Run | undefined;
  /** Why the last turn could not start or was cut off. */
  readonly problem: RequestProblem | undefined;
}

export interface OpenChat {
  readonly id: ConversationId;
  readonly chat: Store<Chat>;
  /** The answers that are streaming in; separate, because they change with every frame. */
  readonly live: Map<MessageId, Store<FoldedAnswer>>;
  /** Ends this page's stream of the running answers, but not the answers. */
  follower: AbortController | undefined;
}

const NOT_LOADED: Chat = {
  loading: 'idle',
  conversation: undefined,
  tree: EMPTY_TREE,
  choices: new Map(),
  earlier: earlierOf({}),
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
    live: new Map(),
    follower: undefined,
  };
  open.set(id, fresh);
  return fresh;
}

/** An answer as far as it has streamed in. */
export function liveAnswer({ live }: OpenChat, id: MessageId): Store<FoldedAnswer> {
  const known = live.get(id);
  if (known !== undefined) return known;
  const fresh = createStore(EMPTY_ANSWER);
  live.set(id, fresh);
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
 * Reloads a conversation; the page keeps showing the old state until it arrives. Answers in it
 * that are running become the chat's run, which `attach` follows.
 */
export async function loadChat(open: OpenChat): Promise<void> {
  const { id, chat } = open;
  chat.update((now) => ({ ...now, loading: now.loading === 'loaded' ? 'loaded' : 'loading' }));
  const before = chat.get().run;
  const view = await appApi.conversation(id);
  const { run } = chat.get();
  // A turn that started meanwhile has newer messages than this response.
  if (run?.at === 'sending' || !isSameSet(answersOf(run), answersOf(before))) return;
  if (!view.ok) {
    chat.update((now) => withoutView(now, view.failure));
    return;
  }
  const { conversation, earlier, messages, choices, settings } = view.value;
  showSettings(id, settings ?? NO_SETTINGS);
  const streaming = messages.filter(({ status }) => status === 'streaming');
  for (const answer of streaming) {
    if (!answersOf(run).has(answer.id)) liveAnswer(open, answer.id).set(storedAnswer(answer));
  }
  chat.update((now) => ({
    ...now,
    loading: 'loaded',
    conversation,
    ...withStored(treeOf(messages, earlier, now.tree), now.choices, choices),
    earlier: earlierOf(view.value),
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
  if (run?.at === 'sending' || answersOf(run).has(event.answerId)) return true;
  const answer = tree.byId.get(event.answerId);
  return answer !== undefined && answer.status !== 'streaming';
}

const NONE: RunningAnswers = new Map();

/** The answers that are running, if the server has stored them. */
export function answersOf(run: Run | undefined): RunningAnswers {
  return run?.at === 'answering' ? run.answers : NONE;
}

/** The chat's run with an answer that is running. */
export function withRunning(run: Run | undefined, id: MessageId): Run {
  const answers = answersOf(run);
  if (run?.at === 'answering' && answers.has(id)) return run;
  return { at: 'answering', answers: new Map(answers).set(id, { stopping: false }) };
}

/** The chat's run without an answer that has ended. */
export function withoutAnswer(run: Run | undefined, id: MessageId): Run | undefined {
  if (run?.at !== 'answering') return run;
  const answers = new Map(run.answers);
  answers.delete(id);
  return answers.size === 0 ? undefined : { at: 'answering', answers };
}

function runOf(streaming: readonly Message[], now: Run | undefined): Run | undefined {
  const before = answersOf(now);
  const answers = new Map(
    streaming.map(({ id }) => [id, before.get(id) ?? { stopping: false }] as const),
  );
  if (answers.size === 0) return undefined;
  return isSameSet(answers, before) ? now : { at: 'answering', answers };
}

function isSameSet(a: RunningAnswers, b: RunningAnswers): boolean {
  return a.size === b.size && [...a.keys()].every((id) => b.has(id));
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

/** Shows the comparison of an answer again, on this page, until an answer is chosen. */
export function showSideBySide({ chat }: OpenChat, { parentId }: Message): void {
  // A parent isn't among its answers, so none of them is chosen, and a stored choice isn't used either.
  if (parentId === null) return;
  chat.update((now) => ({ ...now, choices: new Map(now.choices).set(parentId, parentId) }));
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
