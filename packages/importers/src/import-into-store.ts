import { ok, type Clock, type Result } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import { DEFAULT_FIELD, type SecretRecord, singleValue } from '@postern/vault';
import { sameText } from './foreign-passphrase.ts';
import type { FoundSecret } from './import-shapes.ts';

/** The outcome for one secret, without its value. */
export interface ImportedRow {
  readonly name: SecretName;
  readonly outcome: ImportOutcome;
}

export type ImportOutcome =
  /** Stored and verified. */
  | 'imported'
  /** In a dry run: it would be stored. */
  | 'would-import'
  /** The vault already has this value under this name. */
  | 'same'
  /** The vault has another value under this name, which wasn't replaced. */
  | 'kept'
  /** The stored value differs. The source must not be destroyed. */
  | 'not-verified';

export interface ImportOptions {
  readonly clock: Clock;
  /** Only reports what would be done. */
  readonly isDryRun: boolean;
  /** Whether to replace existing values of the same name. */
  readonly isReplacing: boolean;
}

/** The store for imported secrets: a `SecretStore`, or a vault in another process. */
export interface ImportTarget<Failure> {
  get(name: SecretName): Promise<Result<SecretRecord | undefined, Failure>>;
  put(record: SecretRecord): Promise<Result<undefined, Failure>>;
}

/** Stores secrets and verifies each. Stops at the first failure of the vault. */
export async function importSecrets<Failure>(
  found: readonly FoundSecret[],
  store: ImportTarget<Failure>,
  options: ImportOptions,
): Promise<Result<readonly ImportedRow[], Failure>> {
  const rows: ImportedRow[] = [];
  for (const secret of found) {
    const outcome = await importOne(secret, store, options);
    if (!outcome.ok) return outcome;
    rows.push({ name: secret.name, outcome: outcome.value });
  }
  return ok(rows);
}

async function importOne<Failure>(
  secret: FoundSecret,
  store: ImportTarget<Failure>,
  { clock, isDryRun, isReplacing }: ImportOptions,
): Promise<Result<ImportOutcome, Failure>> {
  const before = await store.get(secret.name);
  if (!before.ok) return before;
  if (holds(before.value, secret)) return ok('same');
  if (before.value !== undefined && !isReplacing) return ok('kept');
  if (isDryRun) return ok('would-import');
  const nowMs = clock.nowMs();
  const record = singleValue(secret.name, secret.value, nowMs, before.value);
  // The age of a key counts from its creation, not from the import.
  const createdAtMs = Math.min(secret.createdAtMs ?? nowMs, nowMs);
  const dated = {
    ...record,
    createdAtMs: Math.min(record.createdAtMs, createdAtMs),
    updatedAtMs: createdAtMs,
  };
  const put = await store.put(dated);
  if (!put.ok) return put;
  const after = await store.get(secret.name);
  if (!after.ok) return after;
  return ok(holds(after.value, secret) ? 'imported' : 'not-verified');
}

function holds(record: SecretRecord | undefined, secret: FoundSecret): boolean {
  const value = record?.fields.get(DEFAULT_FIELD);
  return value !== undefined && sameText(value, secret.value);
}
