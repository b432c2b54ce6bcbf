import type { JsonObject } from '@postern/kernel';
import { objectOf } from '../json/read-json.ts';
import { sseFrame } from '../sse/sse-frame.ts';

export { encodeError, REQUEST_ID_HEADER } from '../openai-chat/encode-error.ts';

/** An error in a stream is an event of its own, which ends it. */
export function errorFrame(body: JsonObject): string {
  return sseFrame('error', { type: 'error', error: objectOf(body['error']) ?? {} });
}
