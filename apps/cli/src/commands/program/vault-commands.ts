import type { Command } from 'commander';
import { parseDurationMs } from '@postern/app';
import { acceptRollback } from '../accept-rollback.ts';
import { agent, lock, unlock } from '../agent.ts';
import { recover, setPassphrase } from '../vault-slots.ts';
import { duration, wholeNumber, type GetContext } from './option-values.ts';

/** `agent` and `vault …`. */
export function addVaultCommands(program: Command, context: GetContext): void {
  program
    .command('agent')
    .description('hold the vault open for other commands, in the foreground')
    .option('--ttl <time>', 'for how long: 15m, 8h', duration, '1h')
    .action(async (options: { ttl: string }) => {
      await agent(context(), parseDurationMs(options.ttl) ?? 0);
    });
  const vault = program.command('vault').description('open and close the vault');
  vault
    .command('unlock')
    .description('hold the vault open in the background')
    .option('--ttl <time>', 'for how long: 15m, 8h', duration, '1h')
    .action(async (options: { ttl: string }) => {
      await unlock(context(), options.ttl);
    });
  vault
    .command('passphrase')
    .description('set or change the passphrase')
    .option(
      '--new-passphrase-fd <n>',
      'read the new passphrase from this file descriptor',
      wholeNumber,
    )
    .action(async (options: { newPassphraseFd?: number }) => {
      await setPassphrase(context(), options);
    });
  vault
    .command('recovery')
    .description('make a new recovery code; the old one opens nothing any more')
    .option('--use', 'open with the old code and choose a new passphrase', false)
    .action(async (options: { use: boolean }) => {
      await recover(context(), options);
    });
  vault
    .command('accept-rollback')
    .description('take vault files that you put back for the newest')
    .action(async () => {
      await acceptRollback(context());
    });
  vault
    .command('lock')
    .description('close the vault wherever it is held open')
    .action(async () => {
      await lock(context());
    });
}
