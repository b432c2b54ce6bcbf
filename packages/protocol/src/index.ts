export { firstAddress, rangeMeantBy } from './address-range.ts';
export * from './app-api.ts';
export * from './provider-api.ts';
export * from './session-api.ts';
export * from './settings-api.ts';
export * from './attachment.ts';
export * from './gateway-api.ts';
export * from './library-api.ts';
export * from './chat-import.ts';
export type { Appearance } from './appearance.ts';
export {
  AUDIT_ACTIONS,
  AuditRecordSchema,
  executablePath,
  type AuditAction,
  type AuditActor,
  type AuditChange,
  type AuditEffect,
  type AuditEvent,
  type AuditOutcome,
  type AuditRecord,
  type AuditSubject,
  type ExecutablePath,
} from './audit.ts';
export {
  configProblems,
  ConfigSchema,
  parseConfig,
  type Config,
  type ConfigFailure,
  type ConfigInput,
} from './config.ts';
export type { ListenConfig } from './listen-config.ts';
export type { ModelAliases } from './routing-config.ts';
export { CONFIG_DESCRIPTIONS } from './config-descriptions.ts';
export {
  CONFIG_SETTINGS,
  readVariables,
  unknownVariables,
  valueAt,
  withVariables,
  type ConfigSetting,
  type VariableFailure,
  type Variables,
} from './config-settings.ts';
export {
  ChatSettingsInputSchema,
  ChatSettingsSchema,
  SettingsCheckInputSchema,
  type ChatSettings,
  type ChatSettingsEvent,
  type ChatSettingsInput,
  type SettingsCheckInput,
  type SettingWarning,
} from './chat-settings.ts';
export {
  CHAT_EXPORT_FORMAT_NAMES,
  MAX_MESSAGES_AT_ONCE,
  MAX_OUTPUT_TOKENS,
  MAX_SYSTEM_PROMPT_LENGTH,
  MAX_TEMPERATURE,
  REASONING_EFFORTS,
} from './conversation.ts';
export type * from './conversation.ts';
export type * from './conversation-numbers.ts';
export type * from './conversation-view.ts';
export { MAX_COMPARED_MODELS, type ComparisonPlace } from './comparison.ts';
export type { Draft } from './draft.ts';
export { DIALECT_IDS, DIALECT_INFO, perDialect, type DialectId } from './dialect-ids.ts';
export { EXIT, type ErrorCode } from './error-codes/error-code.ts';
export { SORTABLE } from './id-formats.ts';
export { ERROR_AREAS, ERROR_CODES, type ErrorCodeName } from './error-codes/error-codes.ts';
export {
  ERROR_SENTENCES,
  type ErrorSentence,
  type SentenceValues,
} from './error-codes/error-sentences.ts';
export { NEVER_IN_PAGE } from './error-codes/page-errors.ts';
export { EMPTY_ANSWER, foldAnswer, storedAnswer, type FoldedAnswer } from './fold-answer.ts';
export * from './ids.ts';
export {
  BUDGET_PERIODS,
  CLOSED_SCOPES,
  ENDPOINT_NAMES,
  isDebugTime,
  isIdempotencyWindow,
  MAX_DEBUG_MS,
  isScopeEntry,
  keyScopesToWire,
  MAX_IDEMPOTENCY_MS,
  parseKeyScopes,
  type BudgetPeriod,
  type EndpointName,
  type KeyBudget,
  type KeyLimits,
  type KeyScopes,
} from './key-scopes.ts';
export {
  commonFacts,
  completeFacts,
  MODALITIES,
  type Modality,
  type ModelFacts,
  type ModelPrice,
} from './model-facts.ts';
export * from './organising.ts';
export {
  parseSearchQuery,
  SEARCH_FILTERS,
  unknownFilter,
  type SearchFilters,
} from './search-query.ts';
export type { PageEvent } from './page-event.ts';
export {
  EditInputSchema,
  MessageChoiceSchema,
  type EditInput,
  type MessageChoice,
} from './message-api.ts';
export {
  MAX_PASSPHRASE_BYTES,
  MIN_PASSPHRASE_LENGTH,
  passphraseProblem,
  type PassphraseProblem,
} from './passphrase.ts';
export {
  parsePriceFile,
  type ListedPrice,
  type ListedTokenPrices,
  type PriceFileFailure,
} from './price-file.ts';
export {
  ATTRIBUTION_HEADERS,
  secretsOf,
  type AttributionHeader,
  type KeyForm,
  type Provider,
  type UpstreamAuth,
} from './provider.ts';
export type { ServerQuirks } from './server-quirks.ts';
export { labelKey, plainLine } from './plain-line.ts';
export {
  problem,
  problemSaying,
  problemWithDetail,
  type Problem,
  type ProblemDetails,
} from './problem.ts';
export type { TurnEvent } from './turn-event.ts';
export { plainText } from './plain-text.ts';
export { PAGE_HEADER, SESSION_HEADER, signedText } from './session-proof.ts';
export * from './privacy-api.ts';
export * from './backup-api.ts';
export * from './storage-api.ts';
