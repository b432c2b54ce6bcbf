import { failureStatus, type Dialect } from '@postern/dialects';
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
/** The blank line after an event, with whichever line ends (WHATWG HTML, §9.2.6). */
const EVENT_END = /\r?\n\r?\n|\r\r/g;
const PING = /^\s*\{\s*"type"\s*:\s*"ping"\s*\}/;

/**
 * Holds a stream back until its first real event: comments and pings are none. While nothing has gone
 * out to the client, an error can become a real status, which clients handle better than an
 * error after 200.
 */
export class StreamOpening {
  readonly #dialect: Dialect;
  #held: Buffer | undefined;
  #lookedAt = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push(chunk: Buffer): Opening {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = bytes;
    const text = bytes.toString('utf8', this.#lookedAt, this.#lookedAt + MAX_HELD_BYTES);
    let start = 0;
    for (const border of text.matchAll(EVENT_END)) {
      const end = border.index + border[0].length;
      const event = fieldsOf(text.slice(start, end));
      if (isReal(event)) return this.#decide(event, bytes);
      start = end;
    }
    this.#lookedAt += Buffer.byteLength(text.slice(0, start));
    return bytes.length > MAX_HELD_BYTES ? { state: 'open', bytes } : { state: 'undecided' };
  }

  /** What is held back, where it must go on before the first event has come. */
  get held(): Buffer | undefined {
    return this.#held;
  }

  #decide(event: EventFields, bytes: Buffer): Opening {
    const error = this.#errorIn(event);
    return error === undefined ? { state: 'open', bytes } : { state: 'error', error };
  }

  #errorIn({ name, data }: EventFields): OpeningError | undefined {
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

interface EventFields {
  readonly name: string;
  readonly data: string;
}

function isReal({ name, data }: EventFields): boolean {
  return data.trim() !== '' && name !== 'ping' && !PING.test(data);
}

function fieldsOf(event: string): EventFields {
  let name = '';
  const data: string[] = [];
  for (const line of event.split(/\r\n|\r|\n/)) {
    const [, field, value = ''] = /^\uFEFF?(event|data):(.*)$/.exec(line) ?? [];
    if (field === 'event') name = value.trim();
    if (field === 'data') data.push(value.startsWith(' ') ? value.slice(1) : value);
  }
  return { name, data: data.join('\n') };
}
