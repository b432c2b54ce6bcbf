import { systemKeyring, takeSecrets, type OpenParts, type SecretUse } from '@postern/app';
import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { SecretRequest, TakenSecrets } from '@postern/run';
import type { CommandContext } from './command-context.ts';

/**
 * Returns secrets of the home's vault for one use. The code that unlocks the vault is loaded when
 * needed.
 */
export async function take(
  context: CommandContext,
  request: SecretRequest,
  use: SecretUse,
): Promise<Result<TakenSecrets, Problem>> {
  const openParts = async (): Promise<OpenParts> => {
    const loaded = await import('./context.ts');
    return loaded.openParts(context);
  };
  const keyring = () => systemKeyring(context.environment);
  return await takeSecrets({ ...context, keyring, openParts }, request, use);
}
