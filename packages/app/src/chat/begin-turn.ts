import { failed, ok, type Result } from '@postern/kernel';
import {
  type AnswerEvent,
  type ChatSettings,
  type ConversationId,
  type ConversationView,
  type Message,
  messageId,
  type MessageId,
  problem,
  type Problem,
  type Provider,
  providerId,
  type TurnEvent,
  type TurnInput,
} from '@postern/protocol';
import {
  describeStoreFailure,
  recordAnswer,
  SAVE_ANSWER_EVERY_MS,
  type AnswerRecorder,
  type AttachmentStore,
  type ConversationStore,
  type StoreFailure,
} from '@postern/conversations';
import { priceTable } from '@postern/gateway';
import { upstreamOf } from '@postern/upstreams';
import type { Postern } from '../postern.ts';
import { findAttachments } from '../attachments/find-attachments.ts';
import { describeUpstreamKeyFailure } from '../providers/upstream-keys.ts';
import { afterDelay } from './after-delay.ts';
import { AnswerFeed } from './answer-feed.ts';
import { prepareContinuation, type Continuation } from './continue-answer.ts';
import { withSettings } from './model-request.ts';
import { titleOf, turnsLeadingTo, UNTITLED, type StoredTurn } from './question-turns.ts';
import { readAttachments } from './read-attachments.ts';
import { timeThinking } from './time-thinking.ts';

/** The longest answer in characters. No page has to be open to stop one that never ends. */
const MAX_ANSWER_LENGTH = 8 * 1024 * 1024;

/** A conversation in its store. */
export interface ChatPlace {
  readonly id: ConversationId;
  readonly store: ConversationStore;
}

/**
 * Stores the question and starts its answer, which then runs on its own until it ends or is stopped.
 * It is saved as it grows. `onFault` gets an unexpected error of the running answer.
 */
export function beginTurn(
  postern: Postern,
  { id, store }: ChatPlace,
  input: TurnInput,
  onFault: (fault: unknown) => void,
): Result<AnswerFeed, Problem> {
  const provider = postern.providers().get(providerId.from(input.provider));
  if (provider === undefined) return failed(problem('PROVIDER_UNKNOWN'));
  const refusal =
    postern.running.refusal(id) ?? postern.privateChats.refusal(id, input.text?.length ?? 0);
  if (refusal !== undefined) return failed(problem(refusal));
  const settings = store.settings.find(id);
  if (!settings.ok) return failed(describeStoreFailure(settings.failure));
  const { continues } = input;
  const prepared =
    continues === undefined
      ? prepare(store, id, input, provider)
      : prepareContinuation(store, id, { ...input, continues }, provider);
  if (!prepared.ok) return prepared;
  const turn = { ...prepared.value, settings: settings.value };
  return ok(startAnswer(postern, store, provider, turn, onFault));
}

/** A turn after its question and empty answer were stored. */
interface PreparedTurn {
  /** Absent when an answer is regenerated or continued. */
  readonly question?: Message | undefined;
  readonly answer: Message;
  readonly model: string;
  readonly turns: readonly StoredTurn[];
  readonly settings?: ChatSettings | undefined;
  /** Absent unless an answer is continued. */
  readonly join?: Continuation['join'];
}

function prepare(
  store: ConversationStore,
  id: ConversationId,
  input: TurnInput,
  provider: Provider,
): Result<PreparedTurn, Problem> {
  const opened = store.open(id);
  if (!opened.ok) return failed(describeStoreFailure(opened.failure));
  const { messages } = opened.value;
  const parentId = input.parentId === null ? null : messageId.from(input.parentId);
  const parent = messages.find((message) => message.id === parentId);
  if (parentId !== null && parent === undefined) return failed(problem('CONVERSATION_NOT_FOUND'));
  if (isOutdated(messages, input)) return failed(problem('CONVERSATION_CHANGED'));
  const stored = isRetry(input)
    ? ok(undefined)
    : storeQuestion(store, opened.value, parentId, input);
  if (!stored.ok) return stored;
  const question = stored.value;
  const asked = question ?? parent;
  if (asked?.role !== 'user') {
    return failed(problem('REQUEST_INVALID', 'Only a user message can be answered.'));
  }
  const answer = store.addMessage({
    conversationId: id,
    parentId: asked.id,
    role: 'assistant',
    parts: [],
    status: 'streaming',
    provider: provider.id,
    model: input.model,
  });
  if (!answer.ok) return failed(describeStoreFailure(answer.failure));
  const turns = turnsLeadingTo([...messages, asked], asked.id, provider.id);
  return ok({ question, answer: answer.value, model: input.model, turns });
}

/** Whether the input only requests another answer to a question. */
function isRetry({ text, attachments }: TurnInput): boolean {
  return text === undefined && attachments === undefined;
}

/** Whether the page that sent the message doesn't know that there already is one in its place. */
function isOutdated(messages: readonly Message[], input: TurnInput): boolean {
  if (isRetry(input) || input.branch === true) return false;
  return messages.some((message) => message.parentId === input.parentId);
}

function storeQuestion(
  store: ConversationStore,
  { conversation, messages }: ConversationView,
  parentId: MessageId | null,
  { text, attachments: ids = [] }: TurnInput,
): Result<Message, Problem> {
  const attachments = findAttachments(store.attachments, ids);
  if (!attachments.ok) return attachments;
  const added = store.addMessage({
    conversationId: conversation.id,
    parentId,
    role: 'user',
    // Models read a question better after what it is about.
    parts: [...attachments.value, ...(text === undefined ? [] : [{ kind: 'text', text } as const])],
    status: 'complete',
  });
  if (!added.ok) return failed(describeStoreFailure(added.failure));
  if (messages.length === 0 && conversation.title === UNTITLED) {
    const renamed = store.suggestTitle(conversation.id, titleOf(added.value.parts));
    if (!renamed.ok) return failed(describeStoreFailure(renamed.failure));
  }
  return added;
}

function startAnswer(
  postern: Postern,
  store: ConversationStore,
  provider: Provider,
  { question, answer, model, turns, settings, join = (events) => events }: PreparedTurn,
  onFault: (fault: unknown) => void,
): AnswerFeed {
  const recorder = recordAnswer(store, answer, {
    saveEveryMs: SAVE_ANSWER_EVERY_MS,
    clock: postern.clock,
    schedule: afterDelay,
    costOf: (usage) => priceTable(postern.content().prices).knownCostOf(provider.id, model, usage),
  });
  const feed = new AnswerFeed({ question, answer, partsSoFar: () => recorder.answer.parts });
  const slot = postern.running.begin(feed);
  const isPrivate = postern.privateChats.has(answer.conversationId);
  const tellPages = (kind: 'answer-began' | 'answer-ended'): void => {
    if (isPrivate) return;
    const conversation = store.conversation(answer.conversationId);
    if (!conversation.ok) return;
    postern.pageEvents.add({ kind, conversation: conversation.value, answerId: answer.id });
  };
  tellPages('answer-began');
  const run = async (): Promise<void> => {
    try {
      const events = answerEvents(
        postern,
        provider,
        { model, turns, settings },
        store.attachments,
        slot.signal,
      );
      const timed = timeThinking(withinLength(events), postern.clock);
      for await (const event of join(timed)) {
        recorder.add(event);
        feed.add(event);
      }
    } finally {
      const done = doneEvent(store, answer, recorder);
      slot.end();
      feed.end(done);
      tellPages('answer-ended');
    }
  };
  run().catch(onFault);
  return feed;
}

/** Ends an answer that is too long with a failure. */
async function* withinLength(events: AsyncGenerator<AnswerEvent>): AsyncGenerator<AnswerEvent> {
  let length = 0;
  for await (const event of events) {
    length += event.kind === 'part-delta' ? JSON.stringify(event.delta).length : 0;
    if (length > MAX_ANSWER_LENGTH) {
      const message = 'The answer is longer than 8 million characters.';
      yield { kind: 'failure', failure: { code: 'UPSTREAM_MALFORMED', message } };
      return;
    }
    yield event;
  }
}

/** Saves the whole answer. Undefined if the conversation was deleted meanwhile. */
function doneEvent(
  store: ConversationStore,
  answer: Message,
  recorder: AnswerRecorder,
): TurnEvent | undefined {
  const finished = recorder.finish();
  const conversation = store.conversation(answer.conversationId);
  if (!conversation.ok) return undefined;
  return {
    kind: 'done',
    answer: finished.ok
      ? finished.value
      : unsavedAnswer(answer, recorder.answer.parts, finished.failure),
    conversation: conversation.value,
  };
}

/** Everything that arrived, and why it couldn't be stored. */
function unsavedAnswer(answer: Message, parts: Message['parts'], failure: StoreFailure): Message {
  const { code, message } = describeStoreFailure(failure);
  return { ...answer, parts, status: 'failed', failure: { code, message } };
}

async function* answerEvents(
  postern: Postern,
  provider: Provider,
  { model, turns: stored, settings }: Pick<PreparedTurn, 'model' | 'turns' | 'settings'>,
  attachments: AttachmentStore,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const credential = await postern.keys.credentialFor(provider);
  if (!credential.ok) {
    yield failureEvent(describeUpstreamKeyFailure(credential.failure));
    return;
  }
  const turns = await readAttachments(() => (signal.aborted ? undefined : attachments), stored);
  if (!turns.ok) {
    yield failureEvent(turns.failure);
    return;
  }
  const request = withSettings({ model, turns: turns.value, stream: true }, settings);
  yield* upstreamOf(postern.connections, provider, credential.value).ask(request, signal);
}

function failureEvent({ code, message }: Problem): AnswerEvent {
  return { kind: 'failure', failure: { code, message } };
}
