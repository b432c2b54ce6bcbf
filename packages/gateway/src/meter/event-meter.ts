import type { Dialect } from '@postern/dialects';
import type { AnswerEvent, Part, PartDelta, Usage } from '@postern/protocol';
import type { UsageEntry } from '../usage/usage-log.ts';
import { FREE, measureOf, type Measure, type Meter } from './measure.ts';

/** Measures the usage of one response that is translated, from its decoded events. */
export class EventMeter implements Meter {
  readonly #estimatedInputTokens: number;
  readonly #upstream: Pick<Dialect, 'reportedTier'>;
  #bytes = 0;
  #usage: Usage = {};
  #tier: string | undefined;
  #textLength = 0;
  #hasBegun = false;
  #hasEvents = false;

  constructor(estimatedInputTokens: number, upstream: Pick<Dialect, 'reportedTier'>) {
    this.#estimatedInputTokens = estimatedInputTokens;
    this.#upstream = upstream;
  }

  /** As `AnswerMeter.begin`. */
  begin(): void {
    this.#hasBegun = true;
  }

  takeBytes(count: number): void {
    this.#bytes += count;
  }

  take(event: AnswerEvent): void {
    this.#hasEvents = true;
    if (event.kind === 'usage') this.#usage = { ...this.#usage, ...event.usage };
    else if (event.kind === 'part-start') this.#textLength += partLength(event.part);
    else if (event.kind === 'part-delta') this.#textLength += deltaLength(event.delta);
    else if (event.kind === 'finish')
      this.#tier = this.#upstream.reportedTier(event.extra?.fields ?? {});
  }

  get answerBytes(): number {
    return this.#bytes;
  }

  measure({ status, ending }: Pick<UsageEntry, 'status' | 'ending'>): Measure {
    const isAnswer = this.#hasBegun && status < 400;
    if (!isAnswer && ending !== 'aborted') return FREE;
    return measureOf({
      ending,
      reported: { usage: this.#usage, serviceTier: this.#tier },
      // A whole response that ended early has no events.
      deliveredLength: this.#hasEvents ? this.#textLength : this.#bytes,
      estimatedInputTokens: this.#estimatedInputTokens,
    });
  }
}

function partLength(part: Part): number {
  switch (part.kind) {
    case 'text':
    case 'thinking':
    case 'refusal':
      return part.text.length;
    case 'tool-call':
      return part.inputJson.length;
    default:
      return 0;
  }
}

function deltaLength(delta: PartDelta): number {
  if ('text' in delta) return delta.text.length;
  return delta.kind === 'tool-input' ? delta.json.length : 0;
}
