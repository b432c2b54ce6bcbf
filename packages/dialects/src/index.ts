export type {
  AnswerDecoder,
  AnswerEncoder,
  AnswerMeta,
  AnswerOptions,
  AnswerStreamMeta,
  Dialect,
  DialectFailure,
  DialectRoute,
  EncodeWarning,
  Encoded,
  HeaderReader,
  ModelEntry,
  UsageTap,
  WireError,
  WireErrorInput,
} from './dialect.ts';
export { DIALECTS, FALLBACK_DIALECT } from './dialects.ts';
export { failureStatus } from './errors/failure-status.ts';
