import { failed, ok, type Result } from '@postern/kernel';
import {
  type AnswerEvent,
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
import { describeStoreFailure, recordAnswer, type ConversationStore } from '@postern/conversations';
import { askModel } from '@postern/upstreams';
import type { Postern } from '../services/postern.ts';
import { titleOf, turnsLeadingTo, UNTITLED } from './question-turns.ts';

/** How often a streaming answer is saved: `kill -9` loses at most this much and one write. */
const SAVE_EVERY_MS = 500;

/**
 * Stores the question, asks the model and streams the answer, saving it as it grows. The events end
 * with `done`, also after a stop or a failure: then the stored answer says which.
 */
export function beginTurn(
  postern: Postern,
  id: ConversationId,
  input: TurnInput,
): Result<AsyncGenerator<TurnEvent>, Problem> {
  const store = postern.stores()?.conversations;
  if (store === undefined) return failed(problem('VAULT_LOCKED'));
  const provider = postern.providers().get(providerId.from(input.provider));
  if (provider === undefined) return failed(problem('PROVIDER_UNKNOWN'));
  const slot = postern.running.begin(id);
  if (slot === undefined) return failed(problem('ANSWER_RUNNING'));
  const prepared = prepare(store, id, input, provider);
  if (!prepared.ok) {
    slot.end();
    return prepared;
  }
  return ok(streamTurn(postern, store, provider, prepared.value, slot));
}

function afterDelay(work: () => void, delayMs: number): () => void {
  const timer = setTimeout(work, delayMs);
  return () => {
    clearTimeout(timer);
  };
}

interface PreparedTurn {
  readonly input: TurnInput;
  readonly question: Message | undefined;
  readonly answer: Message;
  readonly asked: Message;
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
  const asked =
    input.text === undefined
      ? ok(parent)
      : storeQuestion(store, opened.value, parentId, input.text);
  if (!asked.ok) return asked;
  if (asked.value?.role !== 'user') {
    return failed(problem('REQUEST_INVALID', 'Only a question can be answered.'));
  }
  const answer = store.addMessage({
    conversationId: id,
    parentId: asked.value.id,
    role: 'assistant',
    parts: [],
    status: 'streaming',
    provider: provider.id,
    model: input.model,
  });
  if (!answer.ok) return failed(describeStoreFailure(answer.failure));
  const question = input.text === undefined ? undefined : asked.value;
  return ok({ input, question, asked: asked.value, answer: answer.value });
}

function storeQuestion(
  store: ConversationStore,
  { conversation, messages }: ConversationView,
  parentId: MessageId | null,
  text: string,
): Result<Message, Problem> {
  const added = store.addMessage({
    conversationId: conversation.id,
    parentId,
    role: 'user',
    parts: [{ kind: 'text', text }],
    status: 'complete',
  });
  if (!added.ok) return failed(describeStoreFailure(added.failure));
  if (messages.length === 0 && conversation.title === UNTITLED) {
    const renamed = store.rename(conversation.id, titleOf(text));
    if (!renamed.ok) return failed(describeStoreFailure(renamed.failure));
  }
  return added;
}

async function* streamTurn(
  postern: Postern,
  store: ConversationStore,
  provider: Provider,
  turn: PreparedTurn,
  slot: { readonly signal: AbortSignal; end(): void },
): AsyncGenerator<TurnEvent> {
  const { answer, question } = turn;
  const recorder = recordAnswer(store, answer, {
    saveEveryMs: SAVE_EVERY_MS,
    clock: postern.clock,
    schedule: afterDelay,
  });
  try {
    yield { kind: 'begun', answer, ...(question === undefined ? {} : { question }) };
    for await (const event of answerEvents(postern, store, provider, turn, slot.signal)) {
      recorder.add(event);
      yield { kind: 'answer', event };
    }
  } finally {
    // Also reached when the reader leaves in the middle of an event.
    recorder.finish();
    slot.end();
  }
  const done = storedTurn(store, answer);
  if (done !== undefined) yield done;
}

async function* answerEvents(
  postern: Postern,
  store: ConversationStore,
  provider: Provider,
  turn: PreparedTurn,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const key = await postern.keys.keyFor(provider);
  if (!key.ok) {
    const { code, message } = key.failure;
    yield { kind: 'failure', failure: { code, message } };
    return;
  }
  const opened = store.open(turn.answer.conversationId);
  if (!opened.ok) {
    const { code, message } = describeStoreFailure(opened.failure);
    yield { kind: 'failure', failure: { code, message } };
    return;
  }
  const turns = turnsLeadingTo(opened.value.messages, turn.asked.id, provider.id);
  const request = { model: turn.input.model, turns, stream: true };
  yield* askModel(postern.connections, provider, key.value, request, signal);
}

function storedTurn(store: ConversationStore, answer: Message): TurnEvent | undefined {
  const message = store.message(answer.id);
  const opened = store.open(answer.conversationId);
  if (!message.ok || !opened.ok) return undefined;
  return { kind: 'done', answer: message.value, conversation: opened.value.conversation };
}
