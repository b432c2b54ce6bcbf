import { ok, type Clock, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { SecretRequest, TakenSecrets } from '@postern/run';
import type { KdfCosts, KeyringPort } from '@postern/vault';
import type { Home } from '../config/home.ts';
import { openHome } from '../config/open-home.ts';
import { holderPlaces } from '../instance/control-address.ts';
import { connect } from '../instance/connect.ts';
import type { OpenParts } from '../vault/front-end.ts';
import type { OpenVault, SecretUse } from '../vault/open-vault.ts';

export interface TakeParts {
  readonly home: Home;
  readonly clock: Clock;
  readonly kdfCosts: KdfCosts;
  /** Overrides the configuration. */
  readonly storage: 'auto' | 'keyring' | 'file' | undefined;
  readonly keyring: () => KeyringPort;
  /** Unlocks the vault here, for values that the keyring alone can't provide. */
  readonly openParts: () => Promise<OpenParts>;
}

/**
 * Gets secrets for one use: from the running process that has the vault unlocked; else from the
 * keyring without unlocking the vault; else from the vault, unlocked here. The code of each source
 * is loaded when it is used, because `postern run` delays the command that it starts.
 */
export async function takeSecrets(
  parts: TakeParts,
  request: SecretRequest,
  use: SecretUse,
): Promise<Result<TakenSecrets, Problem>> {
  const vault = await vaultToTakeFrom(parts);
  return vault.ok ? await vault.value.take(request, use) : vault;
}

async function vaultToTakeFrom({
  home,
  clock,
  kdfCosts,
  keyring,
  storage,
  openParts,
}: TakeParts): Promise<Result<Pick<OpenVault, 'take'>, Problem>> {
  const unlocked = async (): Promise<Result<OpenVault, Problem>> => {
    const { openUnlocked } = await import('../vault/connect-or-open.ts');
    return await openUnlocked(await openParts());
  };
  const running = await connect(holderPlaces(home));
  if (!running.ok) return running;
  if (running.value !== undefined) return ok(running.value);
  const loaded = storage === undefined ? openHome(home) : undefined;
  if (loaded?.ok === false) return loaded;
  if ((storage ?? loaded?.value.config.storage) === 'file') return await unlocked();
  const { keyringSecrets } = await import('./keyring-secrets.ts');
  const { dataDir } = home;
  const found = await keyringSecrets({ dataDir, clock, kdfCosts, keyring, unlocked });
  return found === undefined ? await unlocked() : ok(found);
}
