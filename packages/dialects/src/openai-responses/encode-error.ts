import type { JsonObject } from '@postern/kernel';
import { objectOf } from '../json/read-json.ts';
import { sseFrame } from '../sse/sse-frame.ts';

export { encodeError, REQUEST_ID_HEADER } from '../openai-chat/encode-error.ts';

/** The error event that ends a stream. */
export function errorFrame(body: JsonObject): string {
  return sseFrame('error', { type: 'error', error: objectOf(body['error']) ?? {} });
}
