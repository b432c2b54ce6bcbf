import { failed, ok, type Clock, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { SecretWish, TakenSecrets } from '@postern/run';
import type { KdfCosts, KeyringPort } from '@postern/vault';
import { prepareHome, type Home } from '../config/home.ts';
import { loadConfig } from '../config/load-config.ts';
import { describeConfigFailure, describeHomeFailure } from '../failure/describe-home.ts';
import { holderPlaces } from '../instance/control-address.ts';
import { connect } from '../instance/connect.ts';
import type { OpenVault, SecretUse } from '../vault/open-vault.ts';

export interface TakeParts {
  readonly home: Home;
  readonly clock: Clock;
  readonly kdfCosts: KdfCosts;
  /** Overrides the configuration. */
  readonly storage: 'auto' | 'keyring' | 'file' | undefined;
  readonly keyring: () => KeyringPort;
  /** The vault unlocked here, for what the keyring alone does not give. */
  readonly unlocked: () => Promise<OpenVault>;
}

/**
 * Secrets for one use: from the running process that has the vault open; else what the keyring gives
 * without the vault being unlocked; else from the vault unlocked here. Each way's code is loaded
 * when it is taken: a command that is put in front of others has no time for the rest.
 */
export async function takeSecrets(
  parts: TakeParts,
  wish: SecretWish,
  use: SecretUse,
): Promise<Result<TakenSecrets, Problem>> {
  const vault = await vaultToTakeFrom(parts);
  return vault.ok ? await vault.value.take(wish, use) : vault;
}

async function vaultToTakeFrom({
  home,
  clock,
  kdfCosts,
  keyring,
  storage,
  unlocked,
}: TakeParts): Promise<Result<Pick<OpenVault, 'take'>, Problem>> {
  const running = await connect(holderPlaces(home));
  if (!running.ok) return running;
  if (running.value !== undefined) return ok(running.value);
  const mode = storage === undefined ? configuredStorage(home) : ok(storage);
  if (!mode.ok) return mode;
  if (mode.value === 'file') return ok(await unlocked());
  const { keyringSecrets } = await import('./keyring-secrets.ts');
  const { dataDir } = home;
  const found = await keyringSecrets({ dataDir, clock, kdfCosts, keyring, unlocked });
  return ok(found ?? (await unlocked()));
}

function configuredStorage(home: Home): Result<'auto' | 'keyring' | 'file', Problem> {
  const prepared = prepareHome(home);
  if (!prepared.ok) return failed(describeHomeFailure(prepared.failure));
  const loaded = loadConfig(home.configFile);
  if (!loaded.ok) return failed(describeConfigFailure(loaded.failure));
  return ok(loaded.value.config.storage);
}
