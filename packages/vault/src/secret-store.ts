import type { Result, Secret } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import type { VaultFailure } from './vault-failure.ts';

/** A secret: one or more named values, as in `postern://openai/value` and `postern://proxy/password`. */
export interface SecretRecord {
  readonly name: SecretName;
  /** At least one. The only field of a secret with a single value is called `value`. */
  readonly fields: ReadonlyMap<string, Secret>;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** When a value last changed, in milliseconds since the epoch. Rotation advice is based on it. */
  readonly updatedAtMs: number;
}

/** Everything about a secret except its values. */
export interface SecretInfo {
  readonly name: SecretName;
  readonly fields: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Stores secrets. Every adapter passes the contract suite in `testing/`. */
export interface SecretStore {
  /** Undefined if there is no secret of that name. Fails if the storage can't be reached. */
  get(name: SecretName): Promise<Result<SecretRecord | undefined, VaultFailure>>;
  /** Adds or replaces a secret atomically. */
  put(record: SecretRecord): Promise<Result<undefined, VaultFailure>>;
  /** False if there was no secret of that name. */
  remove(name: SecretName): Promise<Result<boolean, VaultFailure>>;
  /** Sorted by name. */
  list(): Promise<Result<readonly SecretInfo[], VaultFailure>>;
}

/** The name of the field of a secret with a single value. */
export const DEFAULT_FIELD = 'value';

/** A secret with the single field `value`. A replacement keeps the creation time of `previous`. */
export function singleValue(
  name: SecretName,
  value: Secret,
  nowMs: number,
  previous?: SecretRecord,
): SecretRecord {
  return {
    name,
    fields: new Map([[DEFAULT_FIELD, value]]),
    createdAtMs: previous?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  };
}

export function infoOf(record: SecretRecord): SecretInfo {
  const { name, fields, createdAtMs, updatedAtMs } = record;
  return { name, fields: [...fields.keys()], createdAtMs, updatedAtMs };
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
