import { failed, ok, type Clock, type Result, type Secret } from '@postern/kernel';
import {
  problem,
  secretsOf,
  type Config,
  type KeyForm,
  type Problem,
  type SecretName,
} from '@postern/protocol';
import { describeUpstreamFailure, providerTable } from '@postern/upstreams';
import { checkKeyForm, describeVaultFailure } from '@postern/vault';
import { secretNotFound } from '../secrets/secret-name.ts';
import type { ValueInput, ValueOutcome } from '../secrets/set-value.ts';
import type { OpenVault } from '../vault/open-vault.ts';

export interface StoreKeyInput {
  readonly vault: OpenVault;
  readonly clock: Clock;
  readonly name: SecretName;
  readonly keyForm: KeyForm | undefined;
  readonly value: Secret;
  /** Store the value even if it doesn't look like the provider's keys. */
  readonly force: boolean;
  /** Default: `secret.write`. */
  readonly action?: ValueInput['action'];
}

/** Checks that a value looks like its provider's keys, and stores it. */
export async function storeProviderKey(
  input: StoreKeyInput,
): Promise<Result<ValueOutcome, Problem>> {
  const { vault, clock, name, value, action = 'secret.write' } = input;
  const checked = checkKeyForm(input.keyForm, value);
  const overridden = input.force && !checked.ok && checked.failure.reason === 'key-form-unexpected';
  if (!checked.ok && !overridden) return failed(describeVaultFailure(checked.failure));
  return await vault.setValue({ name, value, nowMs: clock.nowMs(), action });
}

/**
 * Stores the value of a secret. If a provider uses the secret, checks the value against its key
 * format.
 */
export async function storeSecret(
  config: Config,
  input: Omit<StoreKeyInput, 'keyForm'>,
): Promise<Result<ValueOutcome, Problem>> {
  const providers = providerTable(config);
  if (!providers.ok) return failed(describeUpstreamFailure(providers.failure));
  const provider = providers.value.all.find((each) => secretsOf(each).includes(input.name));
  return await storeProviderKey({ ...input, keyForm: provider?.keyForm });
}

/** The same for an existing secret. A failure if it doesn't exist, or already has the value. */
export async function rotateSecret(
  config: Config,
  input: Omit<StoreKeyInput, 'keyForm' | 'action'>,
): Promise<Result<undefined, Problem>> {
  const outcome = await storeSecret(config, { ...input, action: 'secret.rotate' });
  if (!outcome.ok) return outcome;
  switch (outcome.value) {
    case 'stored':
      return ok();
    case 'missing':
      return failed(secretNotFound(input.name));
    case 'same':
      return failed(problem('USAGE', 'The vault already has that value; nothing was changed.'));
  }
}
