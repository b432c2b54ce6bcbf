import type { AnswerDecoder, Dialect, HeaderReader } from '@postern/dialects';
import { parseJson, sseParser } from '@postern/kernel';
import { ERROR_CODES, type AnswerEvent, type AnswerFailure } from '@postern/protocol';
import { wholeAnswerEvents } from '@postern/upstreams';

/** Decodes the bytes of an answer into its events. The last event is `finish` or `failure`. */
export interface AnswerReading {
  push(chunk: Buffer): readonly AnswerEvent[];
  end(): readonly AnswerEvent[];
}

export interface ReadingOptions {
  readonly dialect: Dialect;
  readonly toolNames: ReadonlyMap<string, string>;
  readonly headers: HeaderReader;
}

const NO_EVENTS: readonly AnswerEvent[] = [];

const MALFORMED: AnswerFailure = {
  code: 'UPSTREAM_MALFORMED',
  message: ERROR_CODES.UPSTREAM_MALFORMED.meaning,
};

const MALFORMED_EVENTS: readonly AnswerEvent[] = [{ kind: 'failure', failure: MALFORMED }];

/** Reads an answer that is streamed. */
export class StreamReading implements AnswerReading {
  readonly #parser = sseParser();
  readonly #decoder: AnswerDecoder;

  constructor({ dialect, toolNames }: ReadingOptions) {
    this.#decoder = dialect.answerDecoder({ toolNames });
  }

  push(chunk: Buffer): readonly AnswerEvent[] {
    const parsed = this.#parser.push(chunk);
    if (!parsed.ok) return MALFORMED_EVENTS;
    const [first, ...others] = parsed.value;
    if (first === undefined) return NO_EVENTS;
    const events = this.#decoder.push(first);
    if (others.length === 0) return events;
    return [...events, ...others.flatMap((event) => this.#decoder.push(event))];
  }

  end(): readonly AnswerEvent[] {
    // A truncated last event isn't delivered, and the decoder says whether the answer is complete without it.
    return this.#decoder.end();
  }
}

/** A longer answer isn't read. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads an answer that is one JSON value. */
export class WholeReading implements AnswerReading {
  readonly #options: ReadingOptions;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): readonly AnswerEvent[] {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BYTES) return MALFORMED_EVENTS;
    this.#chunks.push(chunk);
    return NO_EVENTS;
  }

  end(): readonly AnswerEvent[] {
    const { dialect, toolNames, headers } = this.#options;
    const text = Buffer.concat(this.#chunks).toString();
    const parsed = parseJson(text);
    const answer = parsed.ok ? dialect.decodeAnswer(parsed.value, { toolNames }) : undefined;
    if (answer?.ok === true) return wholeAnswerEvents(answer.value);
    // Some upstreams send an error with status 200.
    return [{ kind: 'failure', failure: dialect.decodeError(200, headers, text) }];
  }
}

/** Reads an answer that is neither: a page of a proxy, for example. */
export class UnreadableReading implements AnswerReading {
  push(): readonly AnswerEvent[] {
    return MALFORMED_EVENTS;
  }

  end(): readonly AnswerEvent[] {
    return MALFORMED_EVENTS;
  }
}
