export { injectTemplate } from './inject/inject-template.ts';
export { writePrivateFile, type WriteFailure } from './inject/write-private-file.ts';
export { createMasker, MASK, type Masker, type MaskerOptions } from './masking/masker.ts';
export { isMaskable, MIN_MASKED_BYTES } from './masking/secret-forms.ts';
export { describeRunFailure } from './run/describe-run-failure.ts';
export type { Variable } from './run/env-file.ts';
export { findProgram, type Program } from './run/find-program.ts';
export { literalKeys } from './run/literal-keys.ts';
export {
  planRun,
  resolveRun,
  type ResolvedRun,
  type RunPlan,
  type RunWish,
  type Via,
} from './run/plan-run.ts';
export { processSignals } from './run/process-signals.ts';
export { runCommand, unmaskedNames, type RunEnd, type RunOptions } from './run/run-command.ts';
export type { ReferenceProblem, RunFailure } from './run/run-failure.ts';
export { runIoOf, type StandardStreams } from './run/run-io-of.ts';
export type { RunIo, RunTerminal, SignalSource } from './run/run-io.ts';
export { formatReference, parseReference, type SecretReference } from './run/secret-reference.ts';
export type { SecretWish, TakenSecrets, TakeSecrets } from './run/take-secrets.ts';
export type { Found, StoredValue } from './scan/scan-content.ts';
export {
  scanPaths,
  type ScanFinding,
  type ScanOptions,
  type ScanPlace,
  type ScanReport,
} from './scan/scan-paths.ts';
