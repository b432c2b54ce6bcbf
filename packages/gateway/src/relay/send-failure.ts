import type { Dialect } from '@postern/dialects';
import type { ServerResponse } from 'node:http';
import type { BodyCapture } from '../debug/body-capture.ts';
import { SAFE_HEADERS } from '../headers/answer-headers.ts';
import { describeGatewayFailure, type GatewayFailure } from '../failure.ts';

/** Responds with a failure of the gateway, in the dialect of the route. */
export function sendFailure(
  response: ServerResponse,
  dialect: Dialect,
  requestId: string,
  failure: GatewayFailure,
  capture?: BodyCapture,
): number {
  const { allow, ...answer } = describeGatewayFailure(failure);
  const { status, headers, body } = dialect.encodeError({ ...answer, requestId });
  // A call with an idempotency key goes on after its client has disconnected.
  if (response.destroyed) return status;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
    ...(allow === undefined ? {} : { allow }),
    'content-length': bytes.length,
    ...SAFE_HEADERS,
  });
  capture?.takeResponse(bytes);
  endAfterBody(response, bytes);
  return status;
}

/** The longest wait for the rest of a body before the connection is closed. */
const LINGER_MS = 1000;

/**
 * If the connection closes after the response, waits a moment for the rest of the request, which the caller discards.
 * A socket that is closed with unread bytes sends a reset, by which the client can lose the response (RFC 9112 §9.6).
 */
function endAfterBody(response: ServerResponse, bytes: Buffer): void {
  const { req: request } = response;
  if (response.shouldKeepAlive || request.complete || request.destroyed) {
    response.end(bytes);
    return;
  }
  response.write(bytes);
  const timer = setTimeout(() => response.end(), LINGER_MS).unref();
  request.once('close', () => {
    clearTimeout(timer);
    response.end();
  });
  request.once('end', () => response.end());
}
