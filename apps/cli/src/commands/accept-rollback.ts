import { acceptRollback as accept } from '@postern/app';
import { type CommandContext, openParts, orFail, report } from './context.ts';

/**
 * `postern vault accept-rollback`: accepts vault files that the user restored on purpose as the
 * newest.
 */
export async function acceptRollback(context: CommandContext): Promise<void> {
  const accepted = orFail(await accept(openParts(context)));
  report(context, { accepted }, [
    accepted
      ? 'Accepted the vault files in place as the newest. Check the secrets: postern secret list.'
      : 'No vault file was rolled back; there is nothing to accept.',
  ]);
}
