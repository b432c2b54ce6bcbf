import { failed, ok, type Result } from '@postern/kernel';
import {
  type AnswerEvent,
  type ConversationId,
  type ConversationView,
  type Message,
  messageId,
  type MessageId,
  type ModelRequest,
  type Part,
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
  type ConversationStore,
  type StoreFailure,
} from '@postern/conversations';
import { upstreamOf } from '@postern/upstreams';
import type { Postern } from '../postern.ts';
import { describeUpstreamKeyFailure } from '../providers/upstream-keys.ts';
import { titleOf, turnsLeadingTo, UNTITLED } from './question-turns.ts';

/** How often a streaming answer is saved. A `kill -9` loses at most this much and one write. */
const SAVE_EVERY_MS = 500;

/**
 * Stores the question, requests the answer and streams it, saving it as it grows. The events end
 * with `done`, even after a stop or a failure; the stored answer then says which.
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

/** A turn after its question and empty answer were stored. */
interface PreparedTurn {
  /** Undefined when an answer is regenerated. */
  readonly question: Message | undefined;
  readonly answer: Message;
  readonly request: ModelRequest;
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
  const stored =
    input.text === undefined
      ? ok(undefined)
      : storeQuestion(store, opened.value, parentId, input.text);
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
  return ok({
    question,
    answer: answer.value,
    request: { model: input.model, turns, stream: true },
  });
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
  { question, answer, request }: PreparedTurn,
  slot: { readonly signal: AbortSignal; end(): void },
): AsyncGenerator<TurnEvent> {
  const recorder = recordAnswer(store, answer, {
    saveEveryMs: SAVE_EVERY_MS,
    clock: postern.clock,
    schedule: afterDelay,
  });
  let finished: Result<Message, StoreFailure>;
  try {
    yield { kind: 'started', answer, ...(question === undefined ? {} : { question }) };
    for await (const event of answerEvents(postern, provider, request, slot.signal)) {
      recorder.add(event);
      yield { kind: 'answer', event };
    }
  } finally {
    // Also reached when the reader disconnects in the middle of an event.
    finished = recorder.finish();
    slot.end();
  }
  const conversation = store.conversation(answer.conversationId);
  // The conversation was deleted meanwhile, so the answer isn't needed.
  if (!conversation.ok) return;
  yield {
    kind: 'done',
    answer: finished.ok
      ? finished.value
      : unsavedAnswer(answer, recorder.answer.parts, finished.failure),
    conversation: conversation.value,
  };
}

/** Everything that arrived, and why it couldn't be stored. */
function unsavedAnswer(answer: Message, parts: readonly Part[], failure: StoreFailure): Message {
  const { code, message } = describeStoreFailure(failure);
  return { ...answer, parts, status: 'failed', failure: { code, message } };
}

async function* answerEvents(
  { keys, connections }: Postern,
  provider: Provider,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const credential = await keys.credentialFor(provider);
  if (credential.ok) {
    yield* upstreamOf(connections, provider, credential.value).ask(request, signal);
  } else {
    const { code, message } = describeUpstreamKeyFailure(credential.failure);
    yield { kind: 'failure', failure: { code, message } };
  }
}
