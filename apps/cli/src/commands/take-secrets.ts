import { systemKeyring, takeSecrets, type OpenVault, type SecretUse } from '@postern/app';
import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { SecretWish, TakenSecrets } from '@postern/run';
import type { CommandContext } from './command-context.ts';

/** Secrets of the home's vault for one use. What unlocks the vault is loaded when it is needed. */
export async function take(
  context: CommandContext,
  wish: SecretWish,
  use: SecretUse,
): Promise<Result<TakenSecrets, Problem>> {
  const unlocked = async (): Promise<OpenVault> => {
    const { openUnlocked } = await import('./context.ts');
    return await openUnlocked(context);
  };
  const keyring = () => systemKeyring(context.environment);
  return await takeSecrets({ ...context, keyring, unlocked }, wish, use);
}
