import type { IncomingHttpHeaders } from 'node:http';
import type { JsonValue } from '@postern/kernel';
import type { FakeDialect } from './fake-dialect.ts';

/** Something in a request that the real API would refuse or that must never have been sent. */
export interface Violation {
  readonly path: string;
  readonly message: string;
}

/** `left`: the client closed before the answer was whole; `broken`: the fake closed on purpose. */
export type RequestOutcome = 'open' | 'finished' | 'left' | 'broken';

/** One request as it arrived, and what became of it. Changes while the answer is sent. */
export interface RecordedRequest {
  /** From 0, in order of arrival. */
  readonly index: number;
  /** Which TCP connection carried it, from 0. */
  readonly connection: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly dialect: FakeDialect | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Name and value by turns, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  /** undefined where there is no body or it is not JSON. */
  readonly json: JsonValue | undefined;
  readonly violations: readonly Violation[];
  readonly outcome: RequestOutcome;
  /** Milliseconds from arrival until the outcome; undefined while it is open. */
  readonly tookMs: number | undefined;
  /** Pieces handed to the socket: SSE events, unless the reply's chunking says otherwise. */
  readonly sentWrites: number;
  readonly sentBytes: number;
  /** Resolves with the outcome. */
  readonly closed: Promise<RequestOutcome>;
}
