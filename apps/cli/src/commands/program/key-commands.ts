import { Option, type Command } from 'commander';
import type { CreateKeyOptions } from '../key.ts';
import { collected, type GetContext } from './option-values.ts';

/** `key …`. */
export function addKeyCommands(program: Command, context: GetContext): void {
  const key = program
    .command('key')
    .alias('keys')
    .description('manage the keys that clients of the gateway use');
  key
    .command('create <name>')
    .description('create a key; it is shown only once')
    .option(
      '--model <name>',
      'a model that the key may call, as clients name it; openai/* allows all of a provider (repeatable)',
      collected,
    )
    .addOption(
      new Option('--all-models', 'let the key call every model').default(false).conflicts('model'),
    )
    .action(async (name: string, options: CreateKeyOptions) => {
      const { createKey } = await import('../key.ts');
      await createKey(context(), name, options);
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
