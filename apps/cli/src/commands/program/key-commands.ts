import type { Command } from 'commander';
import { createKey, listKeys, revokeKey } from '../key.ts';
import type { GetContext } from './option-values.ts';

/** `key …`. */
export function addKeyCommands(program: Command, context: GetContext): void {
  const key = program.command('key').description("the gateway's own keys");
  key
    .command('create <name>')
    .description('make a key; it is shown once')
    .action(async (name: string) => {
      await createKey(context(), name);
    });
  key
    .command('list')
    .description('list keys, never their text')
    .action(async () => {
      await listKeys(context());
    });
  key
    .command('revoke <id-or-name>')
    .description('revoke a key at once')
    .action(async (idOrName: string) => {
      await revokeKey(context(), idOrName);
    });
}
