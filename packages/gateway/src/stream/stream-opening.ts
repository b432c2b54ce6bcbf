import { failureStatus, type Dialect } from '@postern/dialects';
import { nextEventEnd, sseParser, type SseEvent } from '@postern/kernel';
import type { ErrorCodeName } from '@postern/protocol';

/** A dialect may have no such status, and then has a neighbour; nothing else of its error is used. */
const NOTHING_SAID = { message: '', requestId: '' };

/** An error that an upstream reported inside a 200 stream before anything else. */
export interface OpeningError {
  /** The status that it would have had as an answer of its own. */
  readonly status: number;
  readonly code: ErrorCodeName;
  /** The upstream's error as it came. */
  readonly body: string;
}

/** What is known of a stream so far; `bytes` is all of it that was held back. */
export type Opening =
  | { readonly state: 'undecided' }
  | { readonly state: 'open'; readonly bytes: Buffer }
  | { readonly state: 'error'; readonly error: OpeningError };

/** A first event that is longer is no error, and is not waited for. */
const MAX_HELD_BYTES = 65_536;
const PING = /^\s*\{\s*"type"\s*:\s*"ping"\s*\}/;

/**
 * Holds a stream back until its first real event: comments and pings are none. While nothing has gone
 * out to the client, an error can become a real status, which clients handle better than an
 * error after 200.
 */
export class StreamOpening {
  readonly #dialect: Dialect;
  readonly #parser = sseParser();
  #held: Buffer | undefined;
  /** Up to where events have been parsed, and up to where their ends have been looked for. */
  #parsedTo = 0;
  #searchedTo = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push(chunk: Buffer): Opening {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = bytes;
    // One event at a time: what follows the first real one is none of this class's business.
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

  /** What is held back, where it must go on before the first event has come. */
  get held(): Buffer | undefined {
    return this.#held;
  }

  #decide(event: SseEvent, bytes: Buffer): Opening {
    const error = this.#errorIn(event);
    return error === undefined ? { state: 'open', bytes } : { state: 'error', error };
  }

  #errorIn({ event: name, data }: SseEvent): OpeningError | undefined {
    // Hardly any stream begins so; most are told by this.
    if (name !== 'error' && !data.includes('"error"')) return undefined;
    const [event] = this.#dialect.answerDecoder().push({ event: 'error', data });
    if (event?.kind !== 'failure' || event.failure.code === 'UPSTREAM_MALFORMED') return undefined;
    const { code } = event.failure;
    const status = failureStatus(code);
    const encoded = this.#dialect.encodeError({ status, ...NOTHING_SAID });
    return { status: encoded.status, code, body: data.trim() };
  }
}

function isReal({ event, data }: SseEvent): boolean {
  return data.trim() !== '' && event !== 'ping' && !PING.test(data);
}
