import { failed, ok, sortableId, type Result } from '@postern/kernel';
import {
  type ComparisonPlace,
  type ConversationId,
  type ConversationView,
  type Message,
  messageId,
  type MessageId,
  problem,
  type Problem,
  type Provider,
  providerId,
  type TurnInput,
  problemSaying,
} from '@postern/protocol';
import { describeStoreFailure, type ConversationStore } from '@postern/conversations';
import type { Postern } from '../postern.ts';
import { findAttachments } from '../attachments/find-attachments.ts';
import type { AnswerFeed } from './answer-feed.ts';
import { prepareContinuation } from './continue-answer.ts';
import { titleOf, turnsLeadingTo, UNTITLED } from './question-turns.ts';
import { runAnswer, type PreparedAnswer } from './run-answer.ts';
import type { RunningAnswer } from './running-answers.ts';

/** A conversation in its store. */
export interface ChatPlace {
  readonly id: ConversationId;
  readonly store: ConversationStore;
}

/** A turn whose answers are running. */
export interface BegunTurn {
  readonly answers: readonly RunningAnswer[];
  /** All running answers of the conversation. */
  readonly feed: AnswerFeed;
}

/**
 * Stores the question and starts its answer, or one of each model, which then run on their own until they end or are
 * stopped. They are saved as they grow. `onFault` gets an unexpected error of a running answer.
 */
export function beginTurn(
  postern: Postern,
  { id, store }: ChatPlace,
  input: TurnInput,
  onFault: (fault: unknown) => void,
): Result<BegunTurn, Problem> {
  const models = modelsOf(postern, input);
  if (models === undefined) return failed(problem('PROVIDER_UNKNOWN'));
  const opened = store.open(id);
  if (!opened.ok) return failed(describeStoreFailure(opened.failure));
  const comparison = comparisonOf(postern, opened.value.messages, input);
  const { continues } = input;
  const refusal =
    postern.running.refusal(id, { count: models.length, comparison: comparison?.id, continues }) ??
    postern.privateChats.refusal(id, input.text?.length ?? 0);
  if (refusal !== undefined) return failed(problem(refusal));
  const settings = store.settings.find(id);
  if (!settings.ok) return failed(describeStoreFailure(settings.failure));
  const prepared = prepare({ store, view: opened.value, models, comparison }, input);
  if (!prepared.ok) return prepared;
  const { question, answers } = prepared.value;
  const run = { postern, store, question, onFault };
  const running = answers.map((answer) => runAnswer(run, { ...answer, settings: settings.value }));
  const feed = postern.running.feedOf(id);
  return feed === undefined ? failed(problem('INTERNAL')) : ok({ answers: running, feed });
}

interface AskedModel {
  readonly provider: Provider;
  readonly model: string;
  readonly omits: TurnInput['omits'];
}

/** Undefined if a provider is unknown. */
function modelsOf(postern: Postern, input: TurnInput): readonly AskedModel[] | undefined {
  const asked = [input, ...(input.compareWith ?? [])].map(({ provider, model, omits }) => ({
    provider: postern.providers().get(providerId.from(provider)),
    model,
    omits,
  }));
  return asked.every(isKnown) ? asked : undefined;
}

function isKnown(
  asked: Omit<AskedModel, 'provider'> & { readonly provider: Provider | undefined },
): asked is AskedModel {
  return asked.provider !== undefined;
}

/** The place of the first answer in a comparison, if the turn belongs to one. */
function comparisonOf(
  postern: Postern,
  messages: readonly Message[],
  { compareWith, continues, inPlaceOf }: TurnInput,
): ComparisonPlace | undefined {
  if (compareWith !== undefined) {
    return { id: sortableId(postern.clock.nowMs(), postern.randomness), column: 0 };
  }
  return messages.find(({ id }) => id === (continues ?? inPlaceOf))?.comparison;
}

/** A turn after its question and its empty answers were stored. */
interface PreparedTurn {
  /** Absent when an answer is regenerated or continued. */
  readonly question: Message | undefined;
  readonly answers: readonly PreparedAnswer[];
}

interface TurnPlace {
  readonly store: ConversationStore;
  readonly view: ConversationView;
  readonly models: readonly AskedModel[];
  readonly comparison: ComparisonPlace | undefined;
}

function prepare(place: TurnPlace, input: TurnInput): Result<PreparedTurn, Problem> {
  const { continues, compareWith, inPlaceOf } = input;
  const [first] = place.models;
  if (continues === undefined || first === undefined) return prepareAnswers(place, input);
  if (compareWith !== undefined || inPlaceOf !== undefined) {
    return failed(problemSaying('REQUEST_INVALID', 'Only one answer can be continued at once.'));
  }
  const { store, view } = place;
  const continuation = prepareContinuation(store, view, { ...input, continues }, first.provider);
  if (!continuation.ok) return continuation;
  const answer = { ...continuation.value, ...first };
  return ok({ question: undefined, answers: [answer] });
}

function prepareAnswers(place: TurnPlace, input: TurnInput): Result<PreparedTurn, Problem> {
  const { messages } = place.view;
  const parentId = input.parentId === null ? null : messageId.from(input.parentId);
  const parent = messages.find((message) => message.id === parentId);
  if (parentId !== null && parent === undefined) return failed(problem('CONVERSATION_NOT_FOUND'));
  if (isOutdated(messages, input)) return failed(problem('CONVERSATION_CHANGED'));
  if (!canTakeColumn(messages, input)) return failed(problem('CONVERSATION_NOT_FOUND'));
  const stored = isRetry(input)
    ? ok(undefined)
    : storeQuestion(place.store, place.view, parentId, input);
  if (!stored.ok) return stored;
  const question = stored.value;
  const asked = question ?? parent;
  if (asked?.role !== 'user') {
    return failed(problemSaying('REQUEST_INVALID', 'Only a user message can be answered.'));
  }
  const answers = storeAnswers(place, asked);
  return answers.ok ? ok({ question, answers: answers.value }) : answers;
}

/** Stores an empty answer of each model. */
function storeAnswers(
  { store, view, models, comparison }: TurnPlace,
  asked: Message,
): Result<readonly PreparedAnswer[], Problem> {
  const answers: PreparedAnswer[] = [];
  for (const [index, { provider, model, omits }] of models.entries()) {
    const answer = store.addMessage({
      conversationId: view.conversation.id,
      parentId: asked.id,
      role: 'assistant',
      parts: [],
      status: 'streaming',
      provider: provider.id,
      model,
      ...(comparison && { comparison: { ...comparison, column: comparison.column + index } }),
    });
    if (!answer.ok) return failed(notBegun(store, answers, describeStoreFailure(answer.failure)));
    const turns = turnsLeadingTo([...view.messages, asked], asked.id, provider.id);
    answers.push({ answer: answer.value, provider, model, turns, omits });
  }
  return ok(answers);
}

/** Marks the answers as failed that were stored before one couldn't be. */
function notBegun(
  store: ConversationStore,
  answers: readonly PreparedAnswer[],
  failure: Problem,
): Problem {
  const { code, message } = failure;
  for (const { answer } of answers) {
    store.updateMessage(answer.id, { status: 'failed', failure: { code, message } });
  }
  return failure;
}

/** Whether the input only requests another answer to a question. */
function isRetry({ text, attachments }: TurnInput): boolean {
  return text === undefined && attachments === undefined;
}

/** Whether the answer whose column is taken is an answer to the same question, if one is given. */
function canTakeColumn(messages: readonly Message[], input: TurnInput): boolean {
  if (input.inPlaceOf === undefined) return true;
  const answer = messages.find(({ id }) => id === input.inPlaceOf);
  return isRetry(input) && input.compareWith === undefined && answer?.parentId === input.parentId;
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
