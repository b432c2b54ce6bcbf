export { describeImportFailure } from './describe-import-failure.ts';
export {
  KEYRING_CONVENTIONS,
  readByAttributes,
  readForeignKeyring,
  type ForeignItem,
  type ForeignKeyring,
  type ForeignKeyringFailure,
} from './foreign-keyring.ts';
export { sameText } from './foreign-passphrase.ts';
export type { ImportFailure } from './import-failure.ts';
export type { ImportFiles } from './import-files.ts';
export {
  importSecrets,
  type ImportedRow,
  type ImportOptions,
  type ImportOutcome,
  type ImportTarget,
} from './import-into-store.ts';
export type {
  Exposure,
  FoundGatewayKey,
  FoundSecret,
  ImportFindings,
  Leftover,
  Skipped,
  SkipReason,
} from './import-shapes.ts';
export { detectImport, IMPORTERS, readImport, type DetectedSource } from './importers.ts';
export { nodeImportFiles } from './node-import-files.ts';
export { osForeignKeyring } from './os-foreign-keyring.ts';
export {
  IMPORT_FORMATS,
  KEYRING_CONVENTION_NAMES,
  type ImportFormat,
  type KeyringConvention,
} from './source-names.ts';
