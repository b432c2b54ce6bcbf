import type { AnswerEvent, AnswerFailure, Extra, Part, StopReason } from '@postern/protocol';

/**
 * Collects the events of one answer. It numbers parts in the order in which they start, and ignores
 * everything after the last event.
 */
export class AnswerEvents {
  #events: AnswerEvent[] = [];
  #parts = 0;
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  /** The events added since the last call. */
  take(): readonly AnswerEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  add(event: AnswerEvent): void {
    if (!this.#ended) this.#events.push(event);
  }

  /** Returns the index of the part. */
  startPart(part: Part): number {
    const index = this.#parts;
    this.#parts += 1;
    this.add({ kind: 'part-start', index, part });
    return index;
  }

  finish(stopReason: StopReason | undefined, stopSequence: string | undefined, extra: Extra): void {
    this.add({
      kind: 'finish',
      stopReason,
      ...(stopSequence !== undefined && { stopSequence }),
      extra,
    });
    this.#ended = true;
  }

  fail(failure: AnswerFailure): void {
    this.add({ kind: 'failure', failure });
    this.#ended = true;
  }
}
