export { describeImportFailure } from './describe-import-failure.ts';
export {
  KEYRING_CONVENTIONS,
  readByAttributes,
  readForeignKeyring,
  type ForeignKeyring,
} from './foreign-keyring.ts';
export { sameText } from './foreign-passphrase.ts';
export {
  importSecrets,
  type ImportedRow,
  type ImportOutcome,
  type ImportTarget,
} from './import-into-store.ts';
export type {
  Exposure,
  FoundSecret,
  ImportFindings,
  Leftover,
  Skipped,
  SkipReason,
} from './import-shapes.ts';
export { detectImport, IMPORTERS, readImport, type DetectedSource } from './importers.ts';
export type { ImportNote, NoteKind, TellNote } from './litellm/import-note.ts';
export {
  readLitellmConfig,
  type LitellmConfig,
  type LitellmModel,
} from './litellm/litellm-config.ts';
export { Section, type Setting, type SettingNotes } from './litellm/section.ts';
export { nodeImportFiles } from './node-import-files.ts';
export { osForeignKeyring } from './os-foreign-keyring.ts';
export {
  IMPORT_FORMATS,
  KEYRING_CONVENTION_NAMES,
  type ImportFormat,
  type KeyringConvention,
} from './source-names.ts';
export { takeSecret } from './take-secret.ts';
