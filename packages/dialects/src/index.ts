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
  UsageTap,
} from './dialect.ts';
export { DIALECTS, FALLBACK_DIALECT } from './dialects.ts';
export { failureStatus } from './errors/failure-status.ts';
