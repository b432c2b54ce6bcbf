import type { Dialect } from '@postern/dialects';
import { nextEventEnd, sseParser } from '@postern/kernel';
import { RecentBytes } from './recent-bytes.ts';

/** Holds the last events of every dialect, with their counts. */
const RECENT_BYTES = 8192;

/** What a decoder says of a stream without a stop reason or an error of the upstream. */
const UNENDED: ReadonlySet<string> = new Set(['UPSTREAM_CUT', 'UPSTREAM_MALFORMED']);

/** Watches how a stream ends, for streams that end without their terminal event. */
export class StreamEnding {
  readonly #dialect: Dialect;
  readonly #recent = new RecentBytes(RECENT_BYTES);

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push(chunk: Buffer): void {
    this.#recent.push(chunk);
  }

  /**
   * Whether neither a stop reason nor an error was among the last events. Some servers omit the terminal event
   * after the stop reason, and the client has the whole answer then. After an event that isn't one of the dialect,
   * a stop reason can't be known, so the stream counts as cut.
   */
  isCut(): boolean {
    const bytes = this.#recent.joined();
    const start = this.#recent.isTruncated ? (nextEventEnd(bytes, 0) ?? bytes.length) : 0;
    const events = sseParser().push(bytes.subarray(start));
    const decoder = this.#dialect.answerDecoder();
    const decoded = [
      ...(events.ok ? events.value.flatMap((event) => decoder.push(event)) : []),
      ...decoder.end(),
    ];
    const last = decoded.at(-1);
    return last?.kind === 'failure' && UNENDED.has(last.failure.code);
  }
}
