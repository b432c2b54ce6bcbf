import type { Clock, Result } from '@postern/kernel';
import {
  foldAnswer,
  storedAnswer,
  type AnswerEvent,
  type AnswerMeasures,
  type FoldedAnswer,
  type Message,
  type MessageStatus,
  type Usage,
} from '@postern/protocol';
import type { ConversationStore, MessageChange, StoreFailure } from './conversation-store.ts';

/**
 * How often a streaming answer is saved. A kill may lose as much and what comes while it is saved: less than half a
 * second.
 */
export const SAVE_ANSWER_EVERY_MS = 250;

/** Runs the work once after the delay; the returned function cancels it. */
export type Schedule = (work: () => void, delayMs: number) => () => void;

export interface RecordOptions {
  /** The minimum time between saves of a streaming answer: what a killed process can lose. */
  readonly saveEveryMs: number;
  readonly clock: Clock;
  readonly schedule: Schedule;
  /** In millionths of a US dollar; undefined if the price isn't known. Default: never known. */
  readonly costOf?: (usage: Usage) => number | undefined;
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

/** Records the events of an answer into a message of status `streaming`, after the parts that it has. */
export function recordAnswer(
  store: ConversationStore,
  message: Message,
  options: RecordOptions,
): AnswerRecorder {
  let answer: FoldedAnswer = storedAnswer(message);
  const beganMs = options.clock.monotonicMs();
  let lastSaveMs = beganMs;
  /** Of the requests before this one. */
  const earlier = message.parts.length === 0 ? undefined : message.measures;
  let { firstContentMs } = earlier ?? {};
  let cancelSave: (() => void) | undefined;
  let ended = false;
  let measures: AnswerMeasures | undefined;

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

  const sinceMs = (fromMs: number): number => Math.round(options.clock.monotonicMs() - fromMs);
  const measuresOf = (): AnswerMeasures => {
    const known = Object.keys(answer.usage).length > 0;
    const costMicroUsd = known ? options.costOf?.(answer.usage) : undefined;
    return {
      durationMs: sinceMs(beganMs) + (earlier?.durationMs ?? 0),
      ...(firstContentMs === undefined ? {} : { firstContentMs }),
      ...(costMicroUsd === undefined ? {} : { costMicroUsd }),
    };
  };

  return {
    get answer() {
      return answer;
    },
    add: (event) => {
      if (ended) return;
      if (event.kind === 'part-start' || event.kind === 'part-delta') {
        firstContentMs ??= sinceMs(beganMs);
      }
      answer = foldAnswer(answer, event);
      scheduleSave();
    },
    finish: () => {
      ended = true;
      cancelSave?.();
      measures ??= measuresOf();
      answer = withFailureTime(answer, options.clock.nowMs());
      const change = changeOf(answer, finalStatus(answer));
      return store.updateMessage(message.id, { ...change, measures });
    },
  };
}

/** Adds the time to a failure after which a retry must wait. */
function withFailureTime(answer: FoldedAnswer, nowMs: number): FoldedAnswer {
  const { failure } = answer;
  if (failure?.retryAfterMs === undefined || failure.atMs !== undefined) return answer;
  return { ...answer, failure: { ...failure, atMs: nowMs } };
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
