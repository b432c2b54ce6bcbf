import type { ServerResponse } from 'node:http';
import { SAFE_HEADERS } from '../headers/answer-headers.ts';
import type { ProbeRoute } from '../route/routes.ts';

/**
 * Responds to a probe. Presence: coding clients first send `HEAD /`. Liveness: the process runs. Readiness: it
 * accepts calls.
 */
export function answerProbe(
  response: ServerResponse,
  kind: ProbeRoute['kind'],
  isReady: boolean,
): void {
  const fine = kind !== 'readiness' || isReady;
  const body = kind === 'presence' ? '' : JSON.stringify({ status: fine ? 'ok' : 'unavailable' });
  response.writeHead(fine ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...SAFE_HEADERS,
  });
  response.end(body);
}
