import type { Dialect } from '@postern/dialects';
import { headerReader, type AnswerHeaders } from '@postern/upstreams';
import { answerErrorOf } from '../translate/encode-failure.ts';

export interface LateErrorOptions {
  readonly dialect: Dialect;
  readonly requestId: string;
  readonly redacted: (text: string) => string;
}

const NOTHING = Buffer.alloc(0);
/** The rest of a longer error isn't read. */
const MAX_BYTES = 64 * 1024;

/** A response that isn't a stream, although the stream to the client has begun. It becomes an error event. */
export class LateError {
  readonly #options: LateErrorOptions;
  readonly #status: number;
  readonly #headers: AnswerHeaders;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isOver = false;

  constructor(options: LateErrorOptions, status: number, headers: AnswerHeaders) {
    this.#options = options;
    this.#status = status;
    this.#headers = headers;
  }

  /** Whether the error event was returned. */
  get isOver(): boolean {
    return this.#isOver;
  }

  push(chunk: Buffer): Buffer {
    if (this.#bytes < MAX_BYTES) this.#chunks.push(chunk.subarray(0, MAX_BYTES - this.#bytes));
    this.#bytes += chunk.length;
    return NOTHING;
  }

  /** The error event. */
  end(): Buffer {
    const { dialect, requestId, redacted } = this.#options;
    const reader = headerReader(this.#headers);
    const text = Buffer.concat(this.#chunks).toString();
    const failure = dialect.decodeError(this.#status, reader, text);
    const error = answerErrorOf(failure, this.#status, reader);
    const { body } = dialect.encodeError({ ...error, message: redacted(error.message), requestId });
    this.#isOver = true;
    return Buffer.from(dialect.errorFrame(body));
  }
}
