import { holderPlaces } from '../instance/control-address.ts';
import { findHeldVault } from '../instance/held-vault.ts';
import type { OpenVault } from '../services/open-vault.ts';
import { quickSystemKeyring } from '../system/system-keyring.ts';
import { openHome, orFail, type CommandContext } from './command-context.ts';

/**
 * The vault for reading secrets alone: the one that a running process holds; else what a vault in
 * the keyring gives without being unlocked; else the vault unlocked here. Each way's code is loaded
 * when it is taken: a command that is put in front of others has no time for the rest.
 */
export async function openedForReading(context: CommandContext): Promise<Pick<OpenVault, 'take'>> {
  const held = orFail(await findHeldVault(holderPlaces(context.home)), (failure) => failure);
  if (held !== undefined) return held;
  const longWay = async (): Promise<OpenVault> => {
    const { openedHere } = await import('./context.ts');
    return await openedHere(context);
  };
  const mode = context.storage ?? openHome(context).config.storage;
  if (mode === 'file') return await longWay();
  const { openVaultDirectly } = await import('../services/direct-vault.ts');
  const direct = await openVaultDirectly({
    dataDir: context.home.dataDir,
    clock: context.clock,
    kdfCosts: context.kdfCosts,
    keyring: quickSystemKeyring(context.environment),
    longWay,
  });
  return direct ?? (await longWay());
}
