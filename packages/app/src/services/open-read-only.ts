import { failed, ok, type Clock, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { KdfCosts, KeyringPort } from '@postern/vault';
import { prepareHome, type Home } from '../config/home.ts';
import { loadConfig } from '../config/load-config.ts';
import { describeConfigFailure, describeHomeFailure } from '../failure/describe-home.ts';
import { holderPlaces } from '../instance/control-address.ts';
import { findHeldVault } from '../instance/held-vault.ts';
import type { OpenVault } from './open-vault.ts';

export interface ReadOnlyParts {
  readonly home: Home;
  readonly clock: Clock;
  readonly kdfCosts: KdfCosts;
  /** Overrides the configuration. */
  readonly storage: 'auto' | 'keyring' | 'file' | undefined;
  readonly keyring: () => KeyringPort;
  /** Unlocks the vault, for what the keyring alone does not give. */
  readonly open: () => Promise<OpenVault>;
}

/** A vault that only hands out secrets. */
export type ReadOnlyVault = Pick<OpenVault, 'take'>;

/**
 * The vault for reading secrets alone: the one that a running process holds; else what a vault in
 * the keyring gives without being unlocked; else the vault unlocked here. Each way's code is loaded
 * when it is taken: a command that is put in front of others has no time for the rest.
 */
export async function openReadOnly(parts: ReadOnlyParts): Promise<Result<ReadOnlyVault, Problem>> {
  const { home, clock, kdfCosts, keyring } = parts;
  const held = await findHeldVault(holderPlaces(home));
  if (!held.ok) return held;
  if (held.value !== undefined) return ok(held.value);
  const mode = parts.storage === undefined ? configuredStorage(home) : ok(parts.storage);
  if (!mode.ok) return mode;
  if (mode.value === 'file') return ok(await parts.open());
  const { openVaultDirectly } = await import('./direct-vault.ts');
  const direct = await openVaultDirectly({
    dataDir: home.dataDir,
    clock,
    kdfCosts,
    keyring,
    longWay: parts.open,
  });
  return ok(direct ?? (await parts.open()));
}

function configuredStorage(home: Home): Result<'auto' | 'keyring' | 'file', Problem> {
  const prepared = prepareHome(home);
  if (!prepared.ok) return failed(describeHomeFailure(prepared.failure));
  const loaded = loadConfig(home.configFile);
  if (!loaded.ok) return failed(describeConfigFailure(loaded.failure));
  return ok(loaded.value.config.storage);
}
