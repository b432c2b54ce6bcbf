export { AUTO_LOCK_CHECK_MS, AutoLock } from './auto-lock.ts';
export { describeVaultFailure } from './describe-vault-failure.ts';
export { KDF_COSTS, type KdfCosts } from './kdf-costs.ts';
export { checkKeyForm } from './key-form.ts';
export { KEY_SHAPES, looksLikeKey, type KeyShapeName } from './key-shapes.ts';
export { findShapes, MAX_SHAPE_LENGTH } from './key-shapes.ts';
export { classifyKeyringError } from './keyring/classify-keyring-error.ts';
export type { KeyringFailure, KeyringPort } from './keyring/keyring-port.ts';
export { exitProcess } from './keyring/exit-process.ts';
export { createOsKeyring, type OsKeyring } from './keyring/os-keyring.ts';
export { retryTransientErrors } from './keyring/retry-transient-errors.ts';
export {
  checkStorage,
  chooseStorage,
  probeKeyring,
  type KeyringProbe,
} from './keyring/probe-keyring.ts';
export { memoryStore } from './memory-store.ts';
export { checkPassphrase } from './passphrase.ts';
export { readMac, withMac } from './primitives/maced-json.ts';
export {
  DEFAULT_FIELD,
  singleValue,
  type SecretInfo,
  type SecretRecord,
  type SecretStore,
} from './secret-store.ts';
export type { SlotInfo } from './slots/slot.ts';
export type { VaultFailure, VaultStorage } from './vault-failure.ts';
export type { KeyedDatabase } from './vault/keyed-database.ts';
export type { BackupPart } from './file/backup-file.ts';
export type { PartFile } from './vault/make-backup.ts';
export type { BackupFile, OpenBackup } from './vault/open-backup.ts';
export type { UnlockMethod, VaultProof } from './vault/open-data-key.ts';
export { openKeyringReadOnly } from './vault/open-keyring-read-only.ts';
export { findVaultTraces, removeKeyringTraces, vaultOfBackup, type VaultTraces } from './traces.ts';
export { openVault, type VaultOptions } from './vault/open-vault.ts';
export type { RekeyOptions, RekeyStep } from './vault/plan-rekey.ts';
export type { Vault } from './vault/vault.ts';
