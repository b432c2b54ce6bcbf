import type { Command } from 'commander';
import type { GetContext } from './option-values.ts';

/** `key …`. */
export function addKeyCommands(program: Command, context: GetContext): void {
  const key = program.command('key').description('manage the keys that clients of the gateway use');
  key
    .command('create <name>')
    .description('create a key; it is shown only once')
    .action(async (name: string) => {
      const { createKey } = await import('../key.ts');
      await createKey(context(), name);
    });
  key
    .command('list')
    .description('list keys (never the key itself)')
    .action(async () => {
      const { listKeys } = await import('../key.ts');
      await listKeys(context());
    });
  key
    .command('revoke <id-or-name>')
    .description('revoke a key, effective immediately')
    .action(async (idOrName: string) => {
      const { revokeKey } = await import('../key.ts');
      await revokeKey(context(), idOrName);
    });
}
