import { ok, type Clock, type Result } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import { DEFAULT_FIELD, type SecretRecord, singleValue } from '@postern/vault';
import { sameText } from './foreign-passphrase.ts';
import type { FoundSecret } from './import-shapes.ts';

/** What became of one found secret. Never says its value. */
export interface ImportedRow {
  readonly name: SecretName;
  readonly outcome: ImportOutcome;
}

export type ImportOutcome =
  /** Stored and read back. */
  | 'imported'
  /** A dry run: it would be stored. */
  | 'would-import'
  /** The vault has the same value under that name already. */
  | 'same'
  /** The vault has another value under that name, which was kept. */
  | 'kept'
  /** What was read back is not what was stored; the source must not be destroyed. */
  | 'not-verified';

export interface ImportOptions {
  readonly clock: Clock;
  /** Changes nothing. */
  readonly isDryRun: boolean;
  /** Puts found values in the place of other values of the same name. */
  readonly isReplacing: boolean;
}

/** Where found secrets go: any `SecretStore`, or a vault that another process holds open. */
export interface ImportTarget<Failure> {
  get(name: SecretName): Promise<Result<SecretRecord | undefined, Failure>>;
  put(record: SecretRecord): Promise<Result<undefined, Failure>>;
}

/** Stores what was found and reads each back. Stops at the first failure of the vault. */
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
  // The age of a key counts from when it came into being, not from when it moved.
  const bornAtMs = Math.min(secret.createdAtMs ?? nowMs, nowMs);
  const aged = {
    ...record,
    createdAtMs: Math.min(record.createdAtMs, bornAtMs),
    updatedAtMs: bornAtMs,
  };
  const put = await store.put(aged);
  if (!put.ok) return put;
  const after = await store.get(secret.name);
  if (!after.ok) return after;
  return ok(holds(after.value, secret) ? 'imported' : 'not-verified');
}

function holds(record: SecretRecord | undefined, secret: FoundSecret): boolean {
  const value = record?.fields.get(DEFAULT_FIELD);
  return value !== undefined && sameText(value, secret.value);
}
