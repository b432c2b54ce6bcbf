export { brandOf, type Branded } from './brand.ts';
export type { Clock } from './clock.ts';
export { errnoOf } from './errno.ts';
export { isJsonObject, parseJson, type JsonObject, type JsonValue } from './json.ts';
export { whenReady, type MaybePromise } from './maybe-promise.ts';
export { sortableId, type Randomness } from './randomness.ts';
export {
  expectOk,
  failed,
  Fault,
  ok,
  unreachable,
  type Failed,
  type Ok,
  type Result,
} from './result.ts';
export {
  eraseSecret,
  revealSecret,
  revealSecretBytes,
  Secret,
  SECRET_PLACEHOLDER,
} from './secret.ts';
export { endsEvent, eventAround, lastEventEnd, nextEventEnd } from './sse/event-ends.ts';
export { sseParser, type SseEvent } from './sse/sse-parser.ts';
export { decodeUtf8, encodeUtf8, utf8StreamDecoder } from './utf8.ts';
