import { failed, type Clock, type Result, type Secret } from '@postern/kernel';
import type { KeyForm, SecretName } from '@postern/protocol';
import { checkKeyForm, describeVaultFailure, type Vault } from '@postern/vault';
import type { Described } from '../failure/described.ts';

export interface StoreKeyInput {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly name: SecretName;
  readonly keyForm: KeyForm | undefined;
  readonly value: Secret;
  /** Store a value that does not have the provider's form. */
  readonly force: boolean;
}

/** Checks a value against the form of its provider's keys and stores it. */
export async function storeProviderKey(
  input: StoreKeyInput,
): Promise<Result<undefined, Described>> {
  const { vault, clock, name, value } = input;
  const checked = checkKeyForm(input.keyForm, value, { force: input.force });
  if (!checked.ok) return failed(describeVaultFailure(checked.failure));
  const existing = await vault.secrets.get(name);
  if (!existing.ok) return failed(describeVaultFailure(existing.failure));
  const nowMs = clock.nowMs();
  const stored = await vault.secrets.put({
    name,
    fields: new Map([...(existing.value?.fields ?? []), ['value', value]]),
    createdAtMs: existing.value?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  });
  return stored.ok ? stored : failed(describeVaultFailure(stored.failure));
}
