import type { Dialect } from '@postern/dialects';
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

/** The event must be whole in the first chunk; servers write an error at once. */
const OPENING = /^(?:event: ?error\r?\n)?data: ?(\{[^\r\n]*\}) *\r?\n\r?\n/;
const MAX_LENGTH = 65_536;

const STATUSES: Readonly<Partial<Record<ErrorCodeName, number>>> = {
  UPSTREAM_REQUEST_REFUSED: 400,
  UPSTREAM_KEY_REFUSED: 401,
  UPSTREAM_BILLING: 402,
  UPSTREAM_FORBIDDEN: 403,
  UPSTREAM_NOT_FOUND: 404,
  UPSTREAM_TOO_LARGE: 413,
  UPSTREAM_RATE_LIMITED: 429,
  UPSTREAM_OVERLOADED: 529,
  UPSTREAM_TIMEOUT: 504,
};

/**
 * The error with which a stream opens. Nothing has gone out to the client yet, so it can become a
 * real status, which clients handle better than an error after 200.
 */
export function openingError(dialect: Dialect, firstChunk: Buffer): OpeningError | undefined {
  // Hardly any stream begins so; most are recognised by their first bytes.
  if (!firstChunk.subarray(0, 64).includes('error')) return undefined;
  const data = OPENING.exec(firstChunk.toString('utf8', 0, MAX_LENGTH))?.[1];
  if (data === undefined) return undefined;
  const [event] = dialect.answerDecoder().push({ event: 'error', data });
  if (event?.kind !== 'failure' || event.failure.code === 'UPSTREAM_MALFORMED') return undefined;
  const { code } = event.failure;
  const status = STATUSES[code] ?? 500;
  return { status: dialect.encodeError({ status, ...NOTHING_SAID }).status, code, body: data };
}
