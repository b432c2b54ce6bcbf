import type { ServerResponse } from 'node:http';
import { SAFE_HEADERS } from '../headers/answer-headers.ts';
import type { ProbeRoute } from '../route/routes.ts';

/**
 * Answers a probe. Presence is what coding clients ask with `HEAD /` before anything else; liveness
 * says that the process runs, readiness that it would take a call now.
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
