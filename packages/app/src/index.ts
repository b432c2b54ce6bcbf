export type { AppProgram, BackUpRequest } from './api/app-api-parts.ts';
export { openAudit } from './audit/audit.ts';
export { exportAudit } from './audit/export-audit.ts';
export { forwardNow } from './audit/forward-audit.ts';
export { type Receiver, parseReceiver } from './audit/forward-receiver.ts';
export { ChatImporter } from './chat-import/chat-importer.ts';
export { openToRead } from './chat-import/open-to-read.ts';
export {
  type FileReport,
  importChatFiles,
  type ImportProgress,
} from './chat-import/import-chat-files.ts';
export { listChatImports, undoChatImport } from './chat-import/undo-import.ts';
export { exportChatsToFiles, type ExportedFiles } from './chat/export-chats.ts';
export { composePostern, unlockAtStart, unlockForService } from './compose-postern.ts';
export { configExample, configJsonSchema } from './config/describe-settings.ts';
export { parseDurationMs } from './config/duration.ts';
export { type Home, type UserPlaces, homeOf } from './config/home.ts';
export { checkConfigFile, effectiveSettings } from './config/inspect-config.ts';
export { missingSecrets, type MissingSecrets } from './config/missing-secrets.ts';
export type { ChangedSetting, ConfigContent } from './config/reload-config.ts';
export type { LoadedConfig } from './config/load-config.ts';
export { openHome } from './config/open-home.ts';
export { shortName } from './config/short-name.ts';
export {
  createGatewayKey,
  importGatewayKey,
  listGatewayKeys,
  raiseGatewayKeyBudget,
  revokeGatewayKey,
  rotateGatewayKey,
  setGatewayKeyDisabled,
  showGatewayKey,
  type ShownKey,
  updateGatewayKey,
} from './gateway/gateway-keys.ts';
export {
  type AddressLeave,
  type AddressReport,
  gatewayKeyState,
  type GatewayKeyRecord,
  type IssuedKey,
  type KeySettings,
  LeasedAddressLimits,
  SharedAddressLimits,
  usdText,
} from '@postern/gateway';
export { reportUsage, type UsageReport } from './gateway/usage-report.ts';
export { type ListedKey, parseKeyList, readKeyList } from './gateway/key-list.ts';
export { ROTATION_DAYS } from './health/check-credentials.ts';
export { eraseEverything } from './erase/erase-everything.ts';
export { planErase } from './erase/erase-home.ts';
export { examine } from './health/examine.ts';
export { EXPOSURES } from './health/exposures.ts';
export { type Finding, isUnsafe } from './health/finding.ts';
export { inspectStatus, type ProcessStatus } from './health/inspect-status.ts';
export {
  type InspectionParts,
  type StorageInspection,
  inspectStorage,
} from './health/inspect-storage.ts';
export { shellQuoted } from './health/shell-quoted.ts';
export { testStorage } from './health/test-storage.ts';
export { destroyLeftovers, whyKept } from './imports/destroy-leftovers.ts';
export { importIntoVault } from './imports/import-into-vault.ts';
export { type FoundImport, type ImportSource, readImportSource } from './imports/import-source.ts';
export {
  type LitellmOutcome,
  previewLitellmImport,
  runLitellmImport,
} from './imports/litellm/import-litellm.ts';
export {
  type PlannedKey,
  type PlannedKeys,
  readLitellmKeys,
} from './imports/litellm/litellm-keys.ts';
export type { ConfigChange, ConfigOutcome } from './imports/litellm/merge-into-config.ts';
export { type LitellmPlan, planLitellm } from './imports/litellm/plan-litellm.ts';
export { takeInstanceLock } from './instance/alone.ts';
export { type HoldEnd, holdOpen } from './instance/hold-open.ts';
export { launchUrlOfRunning, reloadRunning, stopRunning } from './instance/running.ts';
export { lockHolders, startHolder } from './instance/start-holder.ts';
export { LOG_LEVELS, type LogLevel, type ProcessLog, createProcessLog } from './log/process-log.ts';
export { createCombinedMetrics, type CombinedMetrics } from './metrics/combined-metrics.ts';
export type { MetricsSnapshot } from './metrics/gateway-metrics.ts';
export type { Postern } from './postern.ts';
export { storedProviders } from './providers/stored-providers.ts';
export { rotateSecret, storeSecret } from './providers/store-provider-key.ts';
export { testSecret } from './providers/test-key.ts';
export {
  parseSecretName,
  parseStoredName,
  refuseKeyAsName,
  secretNotFound,
} from './secrets/secret-name.ts';
export { listStoredValues } from './secrets/stored-values.ts';
export { takeSecrets } from './secrets/take-secrets.ts';
export { checkStart } from './server/check-start.ts';
export type { ProcessPart } from './server/part-of-limit.ts';
export { developmentAuthority } from './server/gateway-listener.ts';
export type { LocalAuthority } from './server/development/local-authority.ts';
export { type Serving, serve } from './server/serve.ts';
export {
  drainTimeoutMs,
  openServeControl,
  serveGateway,
  type ServingGateway,
} from './server/serve-gateway.ts';
export { leaveMemoryOutOfCoreDumps, withOriginalCoreDumps } from './system/core-dumps.ts';
export { keepReportOffTheNetwork } from './system/diagnostic-report.ts';
export { machineId } from './system/machine-id.ts';
export { systemClock } from './system/system-clock.ts';
export { systemKeyring } from './system/system-keyring.ts';
export { systemRandomness } from './system/system-randomness.ts';
export { acceptRollback } from './vault/accept-rollback.ts';
export type { DatabaseLabel } from './stores/vault-databases.ts';
export { makeBackup, verifyBackup } from './backup/make-backup.ts';
export { restoreBackup, type RestoreStep } from './backup/restore-backup.ts';
export { recoverVault, renewRecoveryCode, setPassphrase } from './vault/change-slots.ts';
export { readUnlockRule, setUnlockRule } from './vault/require-both.ts';
export { connectOrCreate, connectOrUnlock } from './vault/connect-or-open.ts';
export type { FrontEnd, OpenParts } from './vault/front-end.ts';
export { open } from './vault/home-vault.ts';
export { type MigrateOptions, migrateVault } from './vault/migrate.ts';
export type { OpenVault, SecretUse } from './vault/open-vault.ts';
export { confirmRekey, type RekeyParts, rekeyVault } from './vault/rekey.ts';
export { type RecoveredRekey, recoveredLine } from './vault/unlock.ts';
export { inTurn } from './vault/in-turn.ts';
