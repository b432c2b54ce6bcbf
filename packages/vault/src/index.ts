// Importers.
export { describeImportFailure } from './importers/describe-import-failure.ts';
export {
  KEYRING_CONVENTIONS,
  readByAttributes,
  readForeignKeyring,
  type ForeignItem,
  type ForeignKeyring,
  type ForeignKeyringFailure,
  type KeyringConvention,
} from './importers/foreign-keyring.ts';
export { sameText } from './importers/foreign-passphrase.ts';
export type { ImportFiles } from './importers/import-files.ts';
export {
  importSecrets,
  type ImportedRow,
  type ImportOptions,
  type ImportOutcome,
  type ImportTarget,
} from './importers/import-into-store.ts';
export type { ImportFailure } from './importers/import-failure.ts';
export type {
  Exposure,
  FoundGatewayKey,
  FoundSecret,
  ImportFindings,
  Leftover,
  Skipped,
  SkipReason,
} from './importers/import-shapes.ts';
export {
  detectImport,
  IMPORTERS,
  readImport,
  type DetectedSource,
  type ImportFormat,
} from './importers/importers.ts';
export { nodeImportFiles } from './importers/node-import-files.ts';
export { osForeignKeyring } from './importers/os-foreign-keyring.ts';
// Running commands with secrets.
export { injectTemplate } from './inject/inject-template.ts';
export { writePrivateFile, type WriteFailure } from './inject/write-private-file.ts';
export type { Variable } from './run/env-file.ts';
export { findProgram, type Program } from './run/find-program.ts';
export {
  planRun,
  resolveRun,
  type ResolvedRun,
  type RunPlan,
  type RunWish,
  type Via,
} from './run/plan-run.ts';
export { literalKeys } from './run/literal-keys.ts';
export { processSignals } from './run/process-signals.ts';
export { runCommand, unmaskedNames, type RunEnd, type RunOptions } from './run/run-command.ts';
export type { ReferenceProblem, RunFailure } from './run/run-failure.ts';
export { describeRunFailure } from './run/describe-run-failure.ts';
export { runIoOf, type StandardStreams } from './run/run-io-of.ts';
export type { RunIo, RunTerminal, SignalSource } from './run/run-io.ts';
export { formatReference, parseReference, type SecretReference } from './run/secret-reference.ts';
export type { SecretWish, TakenSecrets, TakeSecrets } from './run/take-secrets.ts';
// Scanning.
export { KEY_SHAPES, looksLikeKey, type KeyShapeName } from './scan/key-shapes.ts';
export type { Found, StoredValue } from './scan/scan-content.ts';
export {
  scanPaths,
  type ScanFinding,
  type ScanOptions,
  type ScanPlace,
  type ScanReport,
} from './scan/scan-paths.ts';
// The anchor.
export type { AuditHead } from './anchor/anchor-file.ts';
export type { AnchorAuditOptions } from './anchor/audit-anchor.ts';
// Masking.
export { createMasker, MASK, type Masker, type MaskerOptions } from './masking/masker.ts';
export { isMaskable, MIN_MASKED_BYTES } from './masking/secret-forms.ts';
export {
  AUTO_LOCK_LOOK_MS,
  AutoLock,
  type AutoLockOptions,
  type LockCause,
} from './care/auto-lock.ts';
export { testStorage } from './care/test-storage.ts';
export { createQuickKeyring, type QuickKeyringOptions } from './keyring/quick-keyring.ts';
export { checkPassphrase } from './passphrase.ts';
export { describeVaultFailure, type VaultFailureDescription } from './describe-vault-failure.ts';
export { checkKeyForm } from './key-form.ts';
export type { KeyringFailure, KeyringPort } from './keyring/keyring-port.ts';
export { KDF_COSTS, type KdfCosts } from './kdf-costs.ts';
export { leaveProcess } from './keyring/leave-process.ts';
export {
  createOsKeyring,
  KEYRING_SERVICE,
  type OsKeyring,
  type OsKeyringOptions,
} from './keyring/os-keyring.ts';
export {
  checkStorage,
  chooseStorage,
  probeKeyring,
  type KeyringProbe,
} from './keyring/probe-keyring.ts';
export { memoryStore } from './memory-store.ts';
export {
  DEFAULT_FIELD,
  singleValue,
  type SecretInfo,
  type SecretRecord,
  type SecretStore,
} from './secret-store.ts';
export type { KeyedDatabase } from './vault/keyed-database.ts';
export type { SlotInfo, SlotKind } from './slots/slot.ts';
export type { VaultFailure, VaultStorage } from './vault-failure.ts';
export type { VaultChoice } from './vault/create-vault.ts';
export type { Migration, MigrationReport } from './vault/migrate.ts';
export type { UnlockWay } from './vault/open-data-key.ts';
export { openDirectly, type DirectOptions, type DirectVault } from './vault/open-directly.ts';
export { openVault, type VaultOptions } from './vault/open-vault.ts';
export type { RekeyOptions, RekeyStep } from './vault/plan-rekey.ts';
export type { BackupPlace, BackupReport } from './vault/restore.ts';
export type { Vault } from './vault/vault.ts';
