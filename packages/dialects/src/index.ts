export type {
  AnswerDecoder,
  AnswerEncoder,
  Dialect,
  DialectFailure,
  DialectRoute,
  EncodeWarning,
  HeaderReader,
  ModelEntry,
  RateState,
  ReportedUsage,
  UsageTap,
} from './dialect.ts';
export { DIALECTS, FALLBACK_DIALECT } from './dialects.ts';
export { retryAfterMs } from './errors/retry-after.ts';
export { isAboutModel } from './errors/decode-error.ts';
export { failureStatus } from './errors/failure-status.ts';
