import { openReadOnly, systemKeyring, type OpenVault, type ReadOnlyVault } from '@postern/app';
import { orFail, type CommandContext } from './command-context.ts';

/** The vault of the home for reading secrets alone. What unlocks it is loaded when it is needed. */
export async function openReadOnlyVault(context: CommandContext): Promise<ReadOnlyVault> {
  const open = async (): Promise<OpenVault> => {
    const { openedHere } = await import('./context.ts');
    return await openedHere(context);
  };
  const keyring = () => systemKeyring(context.environment);
  return orFail(await openReadOnly({ ...context, keyring, open }));
}
