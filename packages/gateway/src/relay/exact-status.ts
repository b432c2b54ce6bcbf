import { isAboutModel, type Dialect } from '@postern/dialects';
import {
  headerReader,
  type AnswerHeaders,
  type ExchangeSink,
  type UpstreamFailure,
} from '@postern/upstreams';
import type { ErrorCodeName } from '@postern/protocol';

/** Anthropic has 400 and OpenAI 429 for an account without credit. */
const KEY_STATUSES: ReadonlySet<number> = new Set([400, 429]);
const BY_KEY_ERROR: Partial<Readonly<Record<ErrorCodeName, number>>> = {
  UPSTREAM_KEY_REFUSED: 401,
  UPSTREAM_BILLING: 402,
};
const NOT_FOUND = 404;
/** Not implemented (RFC 9110 §15.6.2). */
const NO_SUCH_PATH = 501;
/** A longer error isn't held back any further. */
const MAX_ERROR_BYTES = 65_536;

/** Which errors get an exact status. */
export interface ExactStatusOptions {
  /** Those about the provider's key: 401 or 402. */
  readonly ofKey: boolean;
  /** A 404 because the provider doesn't have the path: 501. One because of the model stays 404. */
  readonly ofPath: boolean;
}

/**
 * Gives errors an exact status for which providers have several. For this, some errors are held back until their
 * body is complete.
 */
export class ExactStatus implements ExchangeSink {
  readonly #sink: ExchangeSink;
  readonly #dialect: Dialect;
  readonly #options: ExactStatusOptions;
  #head: { readonly status: number; readonly headers: AnswerHeaders } | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(sink: ExchangeSink, dialect: Dialect, options: ExactStatusOptions) {
    this.#sink = sink;
    this.#dialect = dialect;
    this.#options = options;
  }

  onHead(status: number, headers: AnswerHeaders): void {
    const { ofKey, ofPath } = this.#options;
    const isInexact = (ofKey && KEY_STATUSES.has(status)) || (ofPath && status === NOT_FOUND);
    if (isInexact) this.#head = { status, headers };
    else this.#sink.onHead(status, headers);
  }

  onChunk(chunk: Buffer): void {
    if (this.#head === undefined) {
      this.#sink.onChunk(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_ERROR_BYTES) this.#release();
  }

  onEnd(): void {
    this.#release();
    this.#sink.onEnd();
  }

  onFailure(failure: UpstreamFailure): void {
    this.#release();
    this.#sink.onFailure(failure);
  }

  #release(): void {
    if (this.#head === undefined) return;
    const { status, headers } = this.#head;
    this.#head = undefined;
    const body = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#sink.onHead(this.#exact(status, headers, body.toString()), headers);
    if (body.length > 0) this.#sink.onChunk(body);
  }

  #exact(status: number, headers: AnswerHeaders, text: string): number {
    if (status === NOT_FOUND) return isAboutModel(text) ? NOT_FOUND : NO_SUCH_PATH;
    const { code } = this.#dialect.decodeError(status, headerReader(headers), text);
    return BY_KEY_ERROR[code] ?? status;
  }
}
