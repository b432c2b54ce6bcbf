import { failed, type Clock, type Result, type Secret } from '@postern/kernel';
import type { KeyForm, Problem, SecretName } from '@postern/protocol';
import { checkKeyForm, describeVaultFailure } from '@postern/vault';
import type { OpenVault } from '../vault/open-vault.ts';
import type { ValueInput, ValueOutcome } from '../secrets/set-value.ts';

export interface StoreKeyInput {
  readonly vault: OpenVault;
  readonly clock: Clock;
  readonly name: SecretName;
  readonly keyForm: KeyForm | undefined;
  readonly value: Secret;
  /** Store a value that does not have the provider's form. */
  readonly force: boolean;
  /** Default: `secret.write`. */
  readonly action?: ValueInput['action'];
}

/** Checks a value against the form of its provider's keys and stores it. */
export async function storeProviderKey(
  input: StoreKeyInput,
): Promise<Result<ValueOutcome, Problem>> {
  const { vault, clock, name, value, action = 'secret.write' } = input;
  const checked = checkKeyForm(input.keyForm, value);
  const overridden = input.force && !checked.ok && checked.failure.reason === 'key-form-unexpected';
  if (!checked.ok && !overridden) return failed(describeVaultFailure(checked.failure));
  return await vault.setValue({ name, value, nowMs: clock.nowMs(), action });
}
