import { Option, type Command } from 'commander';
import type { BackupOptions } from '../backup.ts';
import type { MigrateOptions } from '@postern/app';
import { wholeNumber, type GetContext } from './option-values.ts';

/** `auth storage …` and `doctor`. */
export function addAuthCommands(program: Command, context: GetContext): void {
  const storage = program
    .command('auth')
    .description('manage where credentials are stored')
    .command('storage')
    .description('manage credential storage');
  storage
    .command('status')
    .description('show the backend, key slots and credential ages, and how to fix what is unsafe')
    .action(async () => {
      const { storageStatus } = await import('../storage.ts');
      await storageStatus(context());
    });
  storage
    .command('test')
    .description('test the storage: write, read and remove a test value')
    .action(async () => {
      const { testStorage } = await import('../storage.ts');
      await testStorage(context());
    });
  addBackups(storage, context);
  addMigrate(storage, context);
  addRekey(storage, context);
  program
    .command('doctor')
    .description('check everything and say how to fix what is wrong')
    .action(async () => {
      const { doctor } = await import('../doctor.ts');
      await doctor(context());
    });
}

const PASSPHRASE_FD = '--backup-passphrase-fd <n>';
const PASSPHRASE_WORDS = "read the backup's passphrase from this file descriptor";

function addBackups(storage: Command, context: GetContext): void {
  storage
    .command('backup <file>')
    .description('back up the vault to a new file, encrypted with its own passphrase')
    .option(PASSPHRASE_FD, PASSPHRASE_WORDS, wholeNumber)
    .action(async (file: string, options: BackupOptions) => {
      const { backUpVault } = await import('../backup.ts');
      await backUpVault(context(), file, options);
    });
  storage
    .command('restore <file>')
    .description("replace the vault's secrets with a backup's, or create a new vault from it")
    .option(PASSPHRASE_FD, PASSPHRASE_WORDS, wholeNumber)
    .option('--yes', "don't ask before replacing existing secrets", false)
    .action(async (file: string, options: BackupOptions & { yes: boolean }) => {
      const { restoreVault } = await import('../backup.ts');
      await restoreVault(context(), file, options);
    });
}

function addRekey(storage: Command, context: GetContext): void {
  storage
    .command('rekey')
    .description('re-encrypt the vault and its databases with a new data key and recovery code')
    .option('--confirm', 'only finish an interrupted key change', false)
    .action(async ({ confirm }: { confirm: boolean }) => {
      const { confirmRekeyed, rekeyVault } = await import('../rekey.ts');
      await (confirm ? confirmRekeyed(context()) : rekeyVault(context()));
    });
}

function addMigrate(storage: Command, context: GetContext): void {
  const backends = ['keyring', 'file'];
  storage
    .command('migrate')
    .description('move the secrets to the other storage: copy, verify, then switch')
    .addOption(
      new Option('--from <backend>', 'fail unless the secrets are stored here now').choices(
        backends,
      ),
    )
    .addOption(
      new Option('--to <backend>', 'where to move the secrets')
        .choices(backends)
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'show what would be done without changing anything', false)
    .option('--remove-source', 'remove the originals after moving', false)
    .action(async (options: MigrateOptions) => {
      const { migrateStorage } = await import('../migrate.ts');
      await migrateStorage(context(), options);
    });
}
