import type { BodyLog, CallBodies } from '@postern/gateway';
import { findShapes } from '@postern/vault';
import type { ProcessLog } from '../log/process-log.ts';

/** Logs the bodies of gateway keys that are being debugged, without keys of known forms. */
export function bodyLogOf(log: ProcessLog): BodyLog {
  return {
    redacted: withoutKeys,
    write: ({ requestId, keyId, status, request, response }: CallBodies) => {
      log.write('debug', 'gateway.bodies', 'The bodies of a request of a key with debug logging.', {
        ...{ requestId, keyId, status },
        request: request.text,
        requestBytes: request.bytes,
        requestIsCut: request.isCut,
        response: response.text,
        responseBytes: response.bytes,
        responseIsCut: response.isCut,
      });
    },
  };
}

function withoutKeys(text: string): string {
  let clean = text;
  for (const { at, length } of findShapes(text)) {
    clean = clean.slice(0, at) + '*'.repeat(length) + clean.slice(at + length);
  }
  return clean;
}
