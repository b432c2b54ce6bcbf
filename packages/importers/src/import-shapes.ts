import type { JsonValue, Result, Secret } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import type { ImportFailure } from './import-failure.ts';
import type { ImportFiles } from './import-files.ts';

/** A credential that another program stored. */
export interface FoundSecret {
  /** Its name in Postern. */
  readonly name: SecretName;
  readonly value: Secret;
  /** When it was stored there, in milliseconds since the epoch. */
  readonly createdAtMs: number | undefined;
}

/** A key of another gateway that clients can keep using. Store only a hash of it. */
export interface FoundGatewayKey {
  readonly name: string;
  readonly key: Secret;
  readonly isActive: boolean;
  readonly createdAtMs: number | undefined;
  readonly lastUsedAtMs: number | undefined;
}

/** A file or keyring item that still contains secrets after the import. */
export interface Leftover {
  /** The path of a file, or a description of a keyring item for messages. */
  readonly path: string;
  /** The attributes of a keyring item. Not set for a file. */
  readonly item?: Readonly<Record<string, string>>;
  readonly exposure: Exposure;
}

export type Exposure =
  /** Not encrypted. */
  | 'plaintext'
  /** Encrypted with a password that is in the program's source code. */
  | 'known-password'
  /** Encrypted, but the key is in a file in the same directory; or that file. */
  | 'key-beside'
  /** Encrypted with a password, but with too few iterations. */
  | 'weak-derivation'
  /** An item of another program in the keyring. */
  | 'keyring-item';

/** An entry that wasn't imported. */
export interface Skipped {
  /** The entry's name in the source. */
  readonly entry: string;
  readonly why: SkipReason;
}

export type SkipReason =
  /** A login at a provider. The user must log in again instead. */
  | 'oauth-token'
  /** A subscription token, which is only for the provider's own programs. */
  | 'plan-token'
  | 'empty'
  | 'malformed'
  /** The name of the entry is a key. `entry` is masked. */
  | 'key-as-name'
  /** The passphrase opened other entries, but not this one. */
  | 'other-passphrase';

/** The content of one source. */
export interface ImportFindings {
  readonly secrets: readonly FoundSecret[];
  readonly gatewayKeys: readonly FoundGatewayKey[];
  readonly skipped: readonly Skipped[];
  readonly leftovers: readonly Leftover[];
}

/** The properties of a path by which formats are detected. */
export type Candidate =
  | { readonly kind: 'directory'; readonly path: string; readonly names: readonly string[] }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly bytes: Uint8Array;
      /** The parsed bytes, if they are JSON. */
      readonly json: JsonValue | undefined;
    };

export interface ImportSource {
  readonly candidate: Candidate;
  readonly files: ImportFiles;
  readonly passphrase: Secret | undefined;
}

/** Detects and reads one format. Reading changes nothing. */
export interface Importer {
  /** The name of the source, for messages. */
  readonly label: string;
  /** A description of the password that it needs; undefined if it needs none. */
  readonly passphrase: string | undefined;
  fits(candidate: Candidate): boolean;
  read(source: ImportSource): Promise<Result<ImportFindings, ImportFailure>>;
}
