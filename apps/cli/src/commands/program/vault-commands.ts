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
    .description('keep the vault unlocked for other commands, in the foreground')
    .option('--ttl <time>', 'how long, such as 15m or 8h', duration, '1h')
    .action(async (options: { ttl: string }) => {
      await agent(context(), parseDurationMs(options.ttl) ?? 0);
    });
  const vault = program.command('vault').description('unlock and lock the vault');
  vault
    .command('unlock')
    .description('unlock the vault for other commands, in the background')
    .option('--ttl <time>', 'how long, such as 15m or 8h', duration, '1h')
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
    .description('create a new recovery code and invalidate the old one')
    .option('--use', 'unlock with the recovery code and set a new passphrase', false)
    .action(async (options: { use: boolean }) => {
      await recover(context(), options);
    });
  vault
    .command('accept-rollback')
    .description('accept vault files that you restored from an older copy')
    .action(async () => {
      await acceptRollback(context());
    });
  vault
    .command('lock')
    .description('lock the vault in every running process')
    .action(async () => {
      await lock(context());
    });
}
