import type { IncomingHttpHeaders } from 'node:http';
import type { JsonValue } from '@postern/kernel';
import type { FakeDialect } from './fake-dialect.ts';

/** A part of a request that the real API would reject, or that must never be sent. */
export interface Violation {
  readonly path: string;
  readonly message: string;
}

/**
 * `left`: the client disconnected before the response was complete. `broken`: the fake disconnected
 * on purpose.
 */
export type RequestOutcome = 'open' | 'finished' | 'left' | 'broken';

/** A received request and its outcome. It changes while the response is sent. */
export interface RecordedRequest {
  /** Its position in order of arrival, from 0. */
  readonly index: number;
  /** The number of its TCP connection, from 0. */
  readonly connection: number;
  readonly method: string;
  /** Includes the query. */
  readonly path: string;
  readonly dialect: FakeDialect | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Alternating names and values, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  /** Undefined if the body is missing or isn't JSON. */
  readonly json: JsonValue | undefined;
  readonly violations: readonly Violation[];
  readonly outcome: RequestOutcome;
  /** Milliseconds from arrival to the outcome; undefined until then. */
  readonly tookMs: number | undefined;
  /** Chunks written to the socket: SSE events, unless the reply's chunking says otherwise. */
  readonly sentWrites: number;
  readonly sentBytes: number;
  /** Resolves with the outcome. */
  readonly closed: Promise<RequestOutcome>;
}

/** Waits until the upstream can send no more of a response that its peer doesn't read. Returns the bytes sent. */
export async function bytesUntilStill(request: RecordedRequest): Promise<number> {
  let before = -1;
  while (before !== request.sentBytes) {
    before = request.sentBytes;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return before;
}
