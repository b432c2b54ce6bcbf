import type { Dialect } from '@postern/dialects';
import {
  headerReader,
  type AnswerHeaders,
  type ExchangeSink,
  type UpstreamFailure,
} from '@postern/upstreams';
import type { ErrorCodeName } from '@postern/protocol';

/** Anthropic has 400 and OpenAI 429 for an account without credit. */
const INEXACT: ReadonlySet<number> = new Set([400, 429]);
const EXACT: Partial<Readonly<Record<ErrorCodeName, number>>> = {
  UPSTREAM_KEY_REFUSED: 401,
  UPSTREAM_BILLING: 402,
};
/** A longer error isn't held back any further. */
const MAX_ERROR_BYTES = 65_536;

/**
 * Gives an error about the provider's key the status 401 or 402, also if the provider has another status for it.
 * For this, some errors are held back until their body is complete.
 */
export class ExactStatus implements ExchangeSink {
  readonly #sink: ExchangeSink;
  readonly #dialect: Dialect;
  #head: { readonly status: number; readonly headers: AnswerHeaders } | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(sink: ExchangeSink, dialect: Dialect) {
    this.#sink = sink;
    this.#dialect = dialect;
  }

  onHead(status: number, headers: AnswerHeaders): void {
    if (INEXACT.has(status)) this.#head = { status, headers };
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
    const { code } = this.#dialect.decodeError(status, headerReader(headers), body.toString());
    this.#sink.onHead(EXACT[code] ?? status, headers);
    if (body.length > 0) this.#sink.onChunk(body);
  }
}
