import { failed, type Clock, type Result, type Secret } from '@postern/kernel';
import type { KeyForm, SecretName } from '@postern/protocol';
import { checkKeyForm, describeVaultFailure } from '@postern/vault';
import type { Described } from '../failure/described.ts';
import type { OpenVault } from './open-vault.ts';

export interface StoreKeyInput {
  readonly vault: OpenVault;
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
  const checked = checkKeyForm(input.keyForm, value);
  const overridden = input.force && !checked.ok && checked.failure.reason === 'key-form-unexpected';
  if (!checked.ok && !overridden) return failed(describeVaultFailure(checked.failure));
  const existing = await vault.get(name);
  if (!existing.ok) return existing;
  const nowMs = clock.nowMs();
  return await vault.put({
    name,
    fields: new Map([...(existing.value?.fields ?? []), ['value', value]]),
    createdAtMs: existing.value?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  });
}
