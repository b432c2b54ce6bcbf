import type { Clock, Result } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type FoldedAnswer,
  type Message,
  type MessageStatus,
} from '@postern/protocol';
import type { ConversationStore, MessageChange, StoreFailure } from './conversation-store.ts';

/** Runs the work once after the delay; the returned function cancels it. */
export type Schedule = (work: () => void, delayMs: number) => () => void;

export interface RecordOptions {
  /** The minimum time between saves of a streaming answer: what a killed process can lose. */
  readonly saveEveryMs: number;
  readonly clock: Clock;
  readonly schedule: Schedule;
}

/** One answer that is being recorded. */
export interface AnswerRecorder {
  /** The answer so far. */
  readonly answer: FoldedAnswer;

  /** Adds the next event. A failed save is retried with the next one. */
  add(event: AnswerEvent): void;

  /**
   * Saves the whole answer and ends the recording: `complete` after a `finish` event, `failed`
   * after a `failure`, `interrupted` if neither came or it was stopped. It ends even if the save
   * fails; called again, it retries the save.
   */
  finish(): Result<Message, StoreFailure>;
}

/** Records the events of an answer into a message of status `streaming`. */
export function recordAnswer(
  store: ConversationStore,
  message: Message,
  options: RecordOptions,
): AnswerRecorder {
  let answer = EMPTY_ANSWER;
  let lastSaveMs = options.clock.monotonicMs();
  let cancelSave: (() => void) | undefined;
  let ended = false;

  const save = (): void => {
    cancelSave = undefined;
    lastSaveMs = options.clock.monotonicMs();
    const saved = store.updateMessage(message.id, changeOf(answer, 'streaming'));
    if (!saved.ok) scheduleSave();
  };
  const scheduleSave = (): void => {
    const dueMs = lastSaveMs + options.saveEveryMs - options.clock.monotonicMs();
    cancelSave ??= options.schedule(save, Math.max(0, dueMs));
  };

  return {
    get answer() {
      return answer;
    },
    add: (event) => {
      if (ended) return;
      answer = foldAnswer(answer, event);
      scheduleSave();
    },
    finish: () => {
      ended = true;
      cancelSave?.();
      return store.updateMessage(message.id, changeOf(answer, finalStatus(answer)));
    },
  };
}

function finalStatus(answer: FoldedAnswer): MessageStatus {
  if (!answer.ended || answer.failure?.code === 'REQUEST_CANCELLED') return 'interrupted';
  return answer.failure === undefined ? 'complete' : 'failed';
}

function changeOf(answer: FoldedAnswer, status: MessageStatus): MessageChange {
  const { parts, usage, stopReason, failure, model, extra } = answer;
  return {
    parts,
    status,
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
    ...(model === undefined ? {} : { model }),
    ...(stopReason === undefined ? {} : { stopReason }),
    ...(failure === undefined ? {} : { failure }),
    ...(extra === undefined ? {} : { extra }),
  };
}
