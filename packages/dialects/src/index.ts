export type { AnswerDecoder, Dialect, HeaderReader, ModelEntry, UsageTap } from './dialect.ts';
export { DIALECTS, FALLBACK_DIALECT } from './dialects.ts';
export { failureStatus } from './errors/failure-status.ts';
