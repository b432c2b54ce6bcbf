import type { JsonValue, Result, Secret } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import type { ImportFailure } from './import-failure.ts';
import type { ImportFiles } from './import-files.ts';

/** A credential that another program stored. */
export interface FoundSecret {
  /** What Postern would call it. */
  readonly name: SecretName;
  readonly value: Secret;
  /** When it was stored there, in milliseconds since the epoch. */
  readonly createdAtMs: number | undefined;
}

/** A key of another gateway that clients may go on using. Store a hash of it and nothing else. */
export interface FoundGatewayKey {
  readonly name: string;
  readonly key: Secret;
  readonly isActive: boolean;
  readonly createdAtMs: number | undefined;
  readonly lastUsedAtMs: number | undefined;
}

/** A file, or an item of the keyring, that still gives secrets away after the import. */
export interface Leftover {
  /** Of an item of the keyring: its attributes, for people. */
  readonly path: string;
  /** The attributes of an item of the keyring; left out for a file. */
  readonly item?: Readonly<Record<string, string>>;
  readonly exposure: Exposure;
}

export type Exposure =
  /** The secrets stand in it as they are. */
  | 'plaintext'
  /** Encrypted under a password that is in the program's source. */
  | 'known-password'
  /** Encrypted, with its key in a file beside it; or that file. */
  | 'key-beside'
  /** Encrypted under a password, but with too few iterations for today. */
  | 'weak-derivation'
  /** In the keyring, as another program stored them there. */
  | 'keyring-item';

/** Something that was found and not taken. */
export interface Skipped {
  /** The entry's name there. */
  readonly entry: string;
  readonly why: SkipReason;
}

export type SkipReason =
  /** A login of a person at a provider: log in anew instead. */
  | 'oauth-token'
  /** A subscription token, which only the provider's own programs may use. */
  | 'plan-token'
  | 'empty'
  | 'malformed'
  /** A key stands where a name belongs; `entry` is covered. */
  | 'key-as-name'
  /** The passphrase opened others, but not this one. */
  | 'other-passphrase';

/** What one source holds. */
export interface ImportFindings {
  readonly secrets: readonly FoundSecret[];
  readonly gatewayKeys: readonly FoundGatewayKey[];
  readonly skipped: readonly Skipped[];
  readonly leftovers: readonly Leftover[];
}

/** What a path is, as far as formats are told apart by it. */
export type Candidate =
  | { readonly kind: 'directory'; readonly path: string; readonly names: readonly string[] }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly bytes: Uint8Array;
      /** The bytes as JSON, where they are. */
      readonly json: JsonValue | undefined;
    };

export interface ImportSource {
  readonly candidate: Candidate;
  readonly files: ImportFiles;
  readonly passphrase: Secret | undefined;
}

/** How one format is recognised and read: a row of `IMPORTERS`. Reading changes nothing. */
export interface Importer {
  /** As a person would name the source. */
  readonly label: string;
  /** Whose password it asks for, in words; undefined where none is needed. */
  readonly passphrase: string | undefined;
  fits(candidate: Candidate): boolean;
  read(source: ImportSource): Promise<Result<ImportFindings, ImportFailure>>;
}
