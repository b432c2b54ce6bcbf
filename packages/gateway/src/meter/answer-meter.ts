import type { Dialect, ReportedUsage, UsageTap } from '@postern/dialects';
import type { UsageEntry } from '../usage/usage-log.ts';
import { FREE, measureOf, tokensIn, type Measure, type Meter } from './measure.ts';

/** The usage of a larger whole response is estimated instead of read. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

export interface MeterInput {
  readonly dialect: Dialect;
  readonly requestBytes: number;
  /** False if the request costs no tokens; `input` if only the response doesn't. */
  readonly metered: boolean | 'input';
}

/** Measures the usage of one response whose bytes are passed through. */
export class AnswerMeter implements Meter {
  readonly #input: MeterInput;
  readonly #kept: Buffer[] = [];
  #tap: UsageTap | undefined;
  #bytes = 0;
  #hasBegun = false;

  constructor(input: MeterInput) {
    this.#input = input;
  }

  /** An answer begins, and not an error. Nothing before it costs anything, unless the client leaves. */
  begin(streamed: boolean): void {
    this.#hasBegun = true;
    if (streamed) this.#tap = this.#input.dialect.usageTap();
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#tap !== undefined) this.#tap.push(chunk);
    else if (this.#input.metered !== false && this.#bytes <= MAX_WHOLE_BYTES)
      this.#kept.push(chunk);
  }

  get answerBytes(): number {
    return this.#bytes;
  }

  /** After the last chunk: whether it was a stream with its terminal event. */
  get hasTerminalEvent(): boolean {
    this.#tap?.end();
    return this.#tap?.isComplete() ?? false;
  }

  measure({ status, ending }: Pick<UsageEntry, 'status' | 'ending'>): Measure {
    const { metered, requestBytes } = this.#input;
    const isAnswer = this.#hasBegun && status < 400;
    if (metered === false || (!isAnswer && ending !== 'aborted')) return FREE;
    const reported = this.#reported(ending);
    const costsInputOnly = metered === 'input';
    return measureOf({
      ending,
      reported: costsInputOnly
        ? { ...reported, usage: { ...reported.usage, outputTokens: 0 } }
        : reported,
      deliveredLength: costsInputOnly ? 0 : this.#deliveredLength(),
      estimatedInputTokens: tokensIn(requestBytes),
    });
  }

  #deliveredLength(): number {
    return this.#tap === undefined ? this.#bytes : this.#tap.textLength();
  }

  #reported(ending: UsageEntry['ending']): ReportedUsage {
    if (this.#tap !== undefined) {
      this.#tap.end();
      return { usage: this.#tap.usage(), serviceTier: this.#tap.serviceTier() };
    }
    const readable = ending === 'complete' && this.#bytes <= MAX_WHOLE_BYTES;
    return readable
      ? this.#input.dialect.readUsage(Buffer.concat(this.#kept).toString())
      : { usage: {}, serviceTier: undefined };
  }
}
