export { parseDurationMs } from './config/duration.ts';
export { type Home, type UserPlaces, homeOf, prepareHome } from './config/home.ts';
export { type LoadedConfig, loadConfig } from './config/load-config.ts';
export { lockRules } from './config/lock-rules.ts';
export { shortName } from './config/short-name.ts';
export {
  describeConfigFailure,
  describeHomeFailure,
  describeLockFailure,
} from './failure/describe-home.ts';
export { type CredentialAge, ROTATION_DAYS } from './health/check-credentials.ts';
export { checkNewest, checkUnfinished } from './health/check-unfinished.ts';
export { EXPOSURES } from './health/exposures.ts';
export { type Finding, isUnsafe } from './health/finding.ts';
export { shellQuoted } from './health/shell-quoted.ts';
export { askRunning } from './instance/ask-running.ts';
export {
  type ControlPlace,
  agentPlace,
  controlPlace,
  holderPlaces,
} from './instance/control-address.ts';
export { connect, findHolder } from './instance/connect.ts';
export { LOG_LEVELS, type LogLevel, type ProcessLog, createProcessLog } from './log/process-log.ts';
export { serveAgent } from './server/serve-agent.ts';
export { type Serving, serve } from './server/serve.ts';
export { auditedLocalVault, keepAnchored, openAudit, record, recordEvents } from './audit/audit.ts';
export { takeSecrets } from './secrets/take-secrets.ts';
export { forwardInBackground, forwardNow } from './audit/forward-audit.ts';
export { type Receiver, parseReceiver } from './audit/forward-receiver.ts';
export { type OpenVault, type SecretUse, localVault } from './vault/open-vault.ts';
export { Postern } from './postern.ts';
export type { ValueOutcome } from './secrets/set-value.ts';
export { type RecoveredRekey, recordUnlocked, recoveredLine, unlock } from './vault/unlock.ts';
export { create, type HomeVault, open, openReadOnly, recordCreated } from './vault/home-vault.ts';
export { type StoreKeyInput, storeProviderKey } from './providers/store-provider-key.ts';
export { leaveMemoryOutOfCoreDumps, withOriginalCoreDumps } from './system/core-dumps.ts';
export { keepReportOffTheNetwork } from './system/diagnostic-report.ts';
export { machineId } from './system/machine-id.ts';
export { systemClock } from './system/system-clock.ts';
export { systemKeyring } from './system/system-keyring.ts';
export { systemRandomness } from './system/system-randomness.ts';
export {
  type InspectionParts,
  type StorageInspection,
  inspectStorage,
} from './health/inspect-storage.ts';
export { examine } from './health/examine.ts';
export { testSecret } from './providers/test-key.ts';
export { createGatewayKey, listGatewayKeys, revokeGatewayKey } from './gateway/gateway-keys.ts';
export { connectionsOf } from './providers/connections.ts';
