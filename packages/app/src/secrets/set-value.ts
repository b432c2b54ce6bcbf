import { ok, type Result, type Secret } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import { sameText } from '@postern/importers';
import { type SecretRecord } from '@postern/vault';

/** Sets the value of a secret; its other fields and its creation time stay. */
export interface ValueInput {
  readonly name: SecretName;
  readonly value: Secret;
  readonly nowMs: number;
  /** `secret.rotate`: replaces an existing value. */
  readonly action: 'secret.write' | 'secret.rotate';
}

/** `missing`, `same`: a rotation without an existing value, or with the same value. */
export type ValueOutcome = 'stored' | 'missing' | 'same';

export interface ValueStore<Failure> {
  get(name: SecretName): Promise<Result<SecretRecord | undefined, Failure>>;
  put(record: SecretRecord): Promise<Result<undefined, Failure>>;
}

/** Stores a value and keeps the secret's other fields without showing them. */
export async function setValue<Failure>(
  store: ValueStore<Failure>,
  { name, value, nowMs, action }: ValueInput,
): Promise<Result<ValueOutcome, Failure>> {
  const found = await store.get(name);
  if (!found.ok) return found;
  const before = found.value;
  const present = before?.fields.get('value');
  if (action === 'secret.rotate') {
    if (before === undefined) return ok('missing');
    if (present !== undefined && sameText(present, value)) return ok('same');
  }
  const stored = await store.put({
    name,
    fields: new Map([...(before?.fields ?? []), ['value', value]]),
    createdAtMs: before?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  });
  return stored.ok ? ok('stored') : stored;
}
