import { failed, ok, type Result } from '@postern/kernel';
import {
  messageId,
  providerId,
  type AnswerEvent,
  type ConversationId,
  type Message,
  type Provider,
  type TurnEvent,
  type TurnInput,
} from '@postern/protocol';
import { describeStoreFailure, recordAnswer, type ConversationStore } from '@postern/conversations';
import { askModel } from '@postern/upstreams';
import { described, type Described } from '../failure/described.ts';
import type { Postern } from '../services/postern.ts';
import { titleOf, turnsLeadingTo } from './question-turns.ts';

/** How often a streaming answer is saved: `kill -9` loses at most this much and one write. */
const SAVE_EVERY_MS = 500;

/**
 * Stores the question, asks the model and streams the answer, saving it as it grows. The events end
 * with `done`, also after a stop or a failure: then the stored answer says which.
 */
export async function beginTurn(
  postern: Postern,
  id: ConversationId,
  input: TurnInput,
): Promise<Result<AsyncGenerator<TurnEvent>, Described>> {
  const store = postern.stores()?.conversations;
  if (store === undefined) return failed(described('VAULT_LOCKED'));
  const provider = postern.providers().get(providerId.from(input.provider));
  if (provider === undefined) return failed(described('PROVIDER_UNKNOWN'));
  const slot = postern.running.begin(id);
  if (slot === undefined) return failed(described('ANSWER_RUNNING'));
  const prepared = prepare(store, id, input, provider);
  if (!prepared.ok) {
    slot.end();
    return prepared;
  }
  return ok(streamTurn(postern, store, provider, prepared.value, slot));
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
): Result<PreparedTurn, Described> {
  const opened = store.open(id);
  if (!opened.ok) return failed(describeStoreFailure(opened.failure));
  const { conversation, messages } = opened.value;
  const parentId = input.parentId === null ? null : messageId.from(input.parentId);
  const parent = messages.find((message) => message.id === parentId);
  if (parentId !== null && parent === undefined) return failed(described('CONVERSATION_NOT_FOUND'));
  const chosen = { provider: provider.id, model: input.model };
  let question: Message | undefined;
  if (input.text !== undefined) {
    const parts = [{ kind: 'text', text: input.text }] as const;
    const added = store.addMessage({
      conversationId: id,
      parentId,
      role: 'user',
      parts,
      status: 'complete',
    });
    if (!added.ok) return failed(describeStoreFailure(added.failure));
    question = added.value;
    if (messages.length === 0 && conversation.title === 'New chat') {
      store.rename(id, titleOf(input.text));
    }
  }
  const asked = question ?? parent;
  if (asked?.role !== 'user') {
    return failed(described('REQUEST_INVALID', 'Only a question can be answered.'));
  }
  const answer = store.addMessage({
    conversationId: id,
    parentId: asked.id,
    role: 'assistant',
    parts: [],
    status: 'streaming',
    ...chosen,
  });
  if (!answer.ok) return failed(describeStoreFailure(answer.failure));
  return ok({ input, question, asked, answer: answer.value });
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
  });
  try {
    yield { kind: 'begun', answer, ...(question === undefined ? {} : { question }) };
    for await (const event of answerEvents(postern, store, provider, turn, slot.signal)) {
      recorder.push(event);
      yield { kind: 'answer', event };
    }
  } finally {
    // Also reached when the reader leaves in the middle of an event.
    recorder.end();
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
