import {
  type AnswerEvent,
  type ChatSettings,
  type Message,
  type Problem,
  type Provider,
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
import { describeUpstreamKeyFailure } from '../providers/upstream-keys.ts';
import { afterDelay } from './after-delay.ts';
import type { Continuation } from './continue-answer.ts';
import { withSettings } from './model-request.ts';
import type { StoredTurn } from './question-turns.ts';
import { readAttachments } from './read-attachments.ts';
import { CLOSING, type AnswerSlot } from './running-answers.ts';
import { timeThinking } from './time-thinking.ts';
import { titleByModel } from './title-by-model.ts';

/** The longest answer in characters. No page has to be open to stop one that never ends. */
const MAX_ANSWER_LENGTH = 8 * 1024 * 1024;

/** An answer that was stored, to be requested. */
export interface PreparedAnswer {
  readonly answer: Message;
  readonly provider: Provider;
  readonly model: string;
  readonly turns: readonly StoredTurn[];
  readonly settings?: ChatSettings | undefined;
  /** The kinds of attachments that the model can't read. */
  readonly omits: TurnInput['omits'];
  /** Absent unless an answer is continued. */
  readonly join?: Continuation['join'];
}

/** What runs an answer. */
export interface AnswerRun {
  readonly postern: Postern;
  readonly store: ConversationStore;
  /** Absent when an answer is regenerated or continued. */
  readonly question: Message | undefined;
  /** Gets an unexpected error of the running answer. */
  readonly onFault: (fault: unknown) => void;
}

const unchanged: Continuation['join'] = (events) => events;

/** Requests an answer, which then runs on its own until it ends or is stopped. It is saved as it grows. */
export function runAnswer(
  { postern, store, question, onFault }: AnswerRun,
  prepared: PreparedAnswer,
): AnswerSlot {
  const { answer, provider, model, join = unchanged } = prepared;
  const recorder = recordAnswer(store, answer, {
    saveEveryMs: SAVE_ANSWER_EVERY_MS,
    clock: postern.clock,
    schedule: afterDelay,
    costOf: (usage) => priceTable(postern.content().prices).knownCostOf(provider.id, model, usage),
  });
  const slot = postern.running.begin({
    question,
    answer,
    partsSoFar: () => recorder.answer.parts,
  });
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
      const events = answerEvents(postern, prepared, store.attachments, slot.signal);
      const timed = timeThinking(withinLength(events), postern.clock);
      for await (const event of join(timed)) {
        // It is saved as incomplete, like that of a killed process.
        if (event.kind === 'failure' && slot.signal.reason === CLOSING) break;
        recorder.add(event);
        slot.add(event);
      }
    } finally {
      slot.end(doneEvent(store, answer, recorder));
      tellPages('answer-ended');
    }
    // Nothing of a private chat is sent for a title, which it doesn't have.
    if (!isPrivate) await titleByModel(postern, store, prepared);
  };
  run().catch(onFault);
  return slot;
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
  { provider, model, turns: stored, settings, omits }: PreparedAnswer,
  attachments: AttachmentStore,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const credential = await postern.keys.credentialFor(provider);
  if (!credential.ok) {
    yield failureEvent(describeUpstreamKeyFailure(credential.failure));
    return;
  }
  const current = (): AttachmentStore | undefined => (signal.aborted ? undefined : attachments);
  const turns = await readAttachments(current, stored, omits);
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
