import { Argument, Option, type Command } from 'commander';
import { parseDurationMs } from '@postern/app';
import type { RequireBothOptions } from '../require-both.ts';
import { duration, wholeNumber, type GetContext } from './option-values.ts';

/** `agent` and `vault …`. */
export function addVaultCommands(program: Command, context: GetContext): void {
  program
    .command('agent')
    .description('keep the vault unlocked for other commands, in the foreground')
    .option('--ttl <time>', 'how long, such as 15m or 8h', duration, '1h')
    .action(async (options: { ttl: string }) => {
      const { agent } = await import('../agent.ts');
      await agent(context(), parseDurationMs(options.ttl) ?? 0);
    });
  const vault = program.command('vault').description('unlock and lock the vault');
  vault
    .command('unlock')
    .description('unlock the vault for other commands, in the background')
    .option('--ttl <time>', 'how long, such as 15m or 8h', duration, '1h')
    .action(async (options: { ttl: string }) => {
      const { unlock } = await import('../agent.ts');
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
      const { setPassphrase } = await import('../vault-slots.ts');
      await setPassphrase(context(), options);
    });
  vault
    .command('recovery')
    .description('create a new recovery code and invalidate the old one')
    .option('--use', 'unlock with the recovery code and set a new passphrase', false)
    .option(
      '--passphrase-only',
      'with --use: no longer require the keyring together with the passphrase',
      false,
    )
    .action(async (options: { use: boolean; passphraseOnly: boolean }) => {
      const { recover } = await import('../vault-slots.ts');
      await recover(context(), options);
    });
  addRequireBoth(vault, context);
  vault
    .command('accept-rollback')
    .description('accept vault files that you restored from an older copy')
    .action(async () => {
      const { acceptRollback } = await import('../accept-rollback.ts');
      await acceptRollback(context());
    });
  vault
    .command('lock')
    .description('lock the vault in every running process')
    .action(async () => {
      const { lock } = await import('../agent.ts');
      await lock(context());
    });
}

function addRequireBoth(vault: Command, context: GetContext): void {
  vault
    .command('require-both')
    .description('require the keyring and the passphrase together to unlock the vault')
    .addArgument(new Argument('[state]', 'without it, shows the setting').choices(['on', 'off']))
    .addOption(
      new Option('--to <storage>', 'with off: what then unlocks the vault alone')
        .choices(['keyring', 'passphrase'])
        .default('keyring'),
    )
    .action(async (state: 'on' | 'off' | undefined, options: RequireBothOptions) => {
      const { requireBoth } = await import('../require-both.ts');
      await requireBoth(context(), state, options);
    });
}
