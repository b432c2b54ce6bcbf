import type { Result, Secret } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import type { VaultFailure } from './vault-failure.ts';

/** One secret: named values, so that `postern://openai/value` and `postern://proxy/password` work. */
export interface SecretRecord {
  readonly name: SecretName;
  /** At least one; a secret with a single value calls it `value`. */
  readonly fields: ReadonlyMap<string, Secret>;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** When a value last changed, in milliseconds since the epoch; rotation advice counts from here. */
  readonly updatedAtMs: number;
}

/** What may be listed: everything about a secret but its values. */
export interface SecretInfo {
  readonly name: SecretName;
  readonly fields: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Where secrets are kept. Every adapter passes the contract suite in `testing/`. */
export interface SecretStore {
  /** Undefined where there is no secret of that name; unreachable storage is a failure instead. */
  get(name: SecretName): Promise<Result<SecretRecord | undefined, VaultFailure>>;
  /** Stores or replaces; either the whole record or nothing. */
  put(record: SecretRecord): Promise<Result<undefined, VaultFailure>>;
  /** False where there was no secret of that name. */
  remove(name: SecretName): Promise<Result<boolean, VaultFailure>>;
  /** Sorted by name. */
  list(): Promise<Result<readonly SecretInfo[], VaultFailure>>;
}

/** The field of a secret that has only one. */
export const DEFAULT_FIELD = 'value';

/** A record with the one field `value`; `previous` gives a replacement its creation time. */
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
