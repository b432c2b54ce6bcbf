import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { Problem, SecretName } from '@postern/protocol';
import { formatReference, type SecretRequest, type TakenSecrets } from '@postern/run';
import { type SecretRecord } from '@postern/vault';

export interface FoundSecrets extends TakenSecrets {
  /** The secrets of the values. */
  readonly used: readonly SecretName[];
}

export interface UnreadableSecret {
  readonly name: SecretName;
  readonly failure: Problem;
}

type Get = (name: SecretName) => Promise<Result<SecretRecord | undefined, Problem>>;

/**
 * Finds the wanted secrets, each once. Returns no values if the request can't be met completely.
 */
export async function findSecrets(
  get: Get,
  { references, whenMissing }: SecretRequest,
): Promise<Result<FoundSecrets, UnreadableSecret>> {
  const records = new Map<SecretName, SecretRecord | undefined>();
  for (const { name } of references) {
    if (records.has(name)) continue;
    const found = await get(name);
    if (!found.ok) return failed({ name, failure: found.failure });
    records.set(name, found.value);
  }
  const values = new Map<string, Secret>();
  const used = new Set<SecretName>();
  const missing: string[] = [];
  for (const reference of references) {
    const value = records.get(reference.name)?.fields.get(reference.field);
    if (value === undefined) {
      missing.push(formatReference(reference));
    } else {
      values.set(formatReference(reference), value);
      used.add(reference.name);
    }
  }
  const isRefused = whenMissing === 'fail' && missing.length > 0;
  return ok(
    isRefused ? { values: new Map(), used: [], missing } : { values, used: [...used], missing },
  );
}
