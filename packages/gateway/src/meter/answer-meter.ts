import type { Dialect, UsageTap } from '@postern/dialects';
import type { Usage } from '@postern/protocol';
import type { UsageEntry } from '../usage/usage-log.ts';

/** The usage of a larger whole response is estimated instead of read. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;
/** For estimates: characters per token. */
const CHARACTERS_PER_TOKEN = 4;

export interface Measure {
  readonly usage: Usage;
  readonly estimated: boolean;
}

export interface MeterInput {
  readonly dialect: Dialect;
  readonly requestBytes: number;
  /** False if the response costs no tokens. */
  readonly metered: boolean;
}

/** Measures the usage of one response while it passes. */
export class AnswerMeter {
  readonly #input: MeterInput;
  readonly #kept: Buffer[] = [];
  #tap: UsageTap | undefined;
  #bytes = 0;

  constructor(input: MeterInput) {
    this.#input = input;
  }

  begin(streamed: boolean): void {
    if (streamed) this.#tap = this.#input.dialect.usageTap();
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#tap !== undefined) this.#tap.push(chunk);
    else if (this.#input.metered && this.#bytes <= MAX_WHOLE_BYTES) this.#kept.push(chunk);
  }

  get answerBytes(): number {
    return this.#bytes;
  }

  /** After the last chunk: whether it was a stream with its terminal event. */
  get hasTerminalEvent(): boolean {
    this.#tap?.end();
    return this.#tap?.isComplete() ?? false;
  }

  /** The usage to record. Errors cost nothing. For a response that ended early, delivered text is counted. */
  measure({ status, ending }: Pick<UsageEntry, 'status' | 'ending'>): Measure {
    if (!this.#input.metered || (status >= 400 && ending !== 'aborted')) return FREE;
    const reported = this.#reported(ending);
    const whole = ending === 'complete' && isFinal(reported);
    if (whole) return { usage: reported, estimated: false };
    const delivered = Math.ceil(this.#deliveredLength() / CHARACTERS_PER_TOKEN);
    return {
      usage: {
        ...reported,
        inputTokens: reported.inputTokens ?? this.#estimatedInput(reported),
        outputTokens: Math.max(reported.outputTokens ?? 0, delivered),
      },
      estimated: true,
    };
  }

  #reported(ending: UsageEntry['ending']): Usage {
    if (this.#tap !== undefined) {
      this.#tap.end();
      return this.#tap.usage();
    }
    const readable = ending === 'complete' && this.#bytes <= MAX_WHOLE_BYTES;
    return readable ? this.#input.dialect.readUsage(Buffer.concat(this.#kept).toString()) : {};
  }

  #deliveredLength(): number {
    return this.#tap === undefined ? this.#bytes : this.#tap.textLength();
  }

  #estimatedInput(reported: Usage): number {
    const fromCache = (reported.cacheReadTokens ?? 0) + (reported.cacheWriteTokens ?? 0);
    return Math.max(0, Math.ceil(this.#input.requestBytes / CHARACTERS_PER_TOKEN) - fromCache);
  }
}

const FREE: Measure = { usage: {}, estimated: false };

function isFinal(usage: Usage): boolean {
  return usage.inputTokens !== undefined && usage.outputTokens !== undefined;
}
