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
  response.end(bytes);
  return status;
}
