import { failureStatus, type Dialect } from '@postern/dialects';
import { nextEventEnd, sseParser, type SseEvent } from '@postern/kernel';
import type { ErrorCodeName } from '@postern/protocol';

/** Only the status of the encoded error is used: a dialect without the exact status uses a similar one. */
const NO_DETAILS = { message: '', requestId: '' };

/** An error that an upstream sent as the first event of a stream with status 200. */
export interface OpeningError {
  /** The status for a response with this error. */
  readonly status: number;
  readonly code: ErrorCodeName;
  /** Headers of that response. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The upstream's error, unchanged unless it is translated. */
  readonly body: string;
}

/** The state of a stream's opening. `bytes` are all bytes that were held back. */
export type Opening =
  | { readonly state: 'undecided' }
  | { readonly state: 'open'; readonly bytes: Buffer }
  | { readonly state: 'error'; readonly error: OpeningError };

/** A longer first event is treated as no error and isn't held back. */
const MAX_HELD_BYTES = 65_536;
const PING = /^\s*\{\s*"type"\s*:\s*"ping"\s*\}/;

/**
 * Holds a stream back until its first event, apart from comments and pings. While nothing was sent to the
 * client, an error can become an error status, which clients handle better than an error after a 200.
 */
export class StreamOpening {
  readonly #dialect: Dialect;
  readonly #parser = sseParser();
  #held: Buffer | undefined;
  /** How far events were parsed, and how far their ends were searched. */
  #parsedTo = 0;
  #searchedTo = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push(chunk: Buffer): Opening {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = bytes;
    // One event at a time: only the first real one matters here.
    for (let end = this.#nextEnd(bytes); end !== undefined; end = this.#nextEnd(bytes)) {
      const events = this.#parser.push(bytes.subarray(this.#parsedTo, end));
      this.#parsedTo = end;
      const first = events.ok ? events.value.find(isReal) : undefined;
      if (first !== undefined) return this.#decide(first, bytes);
    }
    return bytes.length > MAX_HELD_BYTES ? { state: 'open', bytes } : { state: 'undecided' };
  }

  #nextEnd(bytes: Buffer): number | undefined {
    const end = nextEventEnd(bytes, this.#searchedTo);
    this.#searchedTo = end ?? bytes.length;
    return end;
  }

  /** The held-back bytes, for a stream that must be sent before its first event. */
  get held(): Buffer | undefined {
    return this.#held;
  }

  #decide(event: SseEvent, bytes: Buffer): Opening {
    const error = this.#errorIn(event);
    return error === undefined ? { state: 'open', bytes } : { state: 'error', error };
  }

  #errorIn({ event: name, data }: SseEvent): OpeningError | undefined {
    // A cheap check that excludes nearly all streams.
    if (name !== 'error' && !data.includes('"error"')) return undefined;
    const [event] = this.#dialect.answerDecoder().push({ event: 'error', data });
    if (event?.kind !== 'failure' || event.failure.code === 'UPSTREAM_MALFORMED') return undefined;
    const { code } = event.failure;
    const status = failureStatus(code);
    const encoded = this.#dialect.encodeError({ status, ...NO_DETAILS });
    return { status: encoded.status, code, body: data.trim() };
  }
}

function isReal({ event, data }: SseEvent): boolean {
  return data.trim() !== '' && event !== 'ping' && !PING.test(data);
}
