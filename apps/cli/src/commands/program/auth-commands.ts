import { OPTIONAL_PARTS } from '@postern/protocol';
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
    .description(
      'back up secrets, chats with attachments, gateway keys and settings to a new file, encrypted with its own passphrase',
    )
    .option(PASSPHRASE_FD, PASSPHRASE_WORDS, wholeNumber)
    .addOption(
      new Option('--without <database...>', "leave out databases that can't be read").choices(
        OPTIONAL_PARTS,
      ),
    )
    .addOption(new Option('--followed', 'for the app of this home').default(false).hideHelp())
    .action(async (file: string, options: BackupOptions) => {
      const { backUp } = await import('../backup.ts');
      await backUp(context(), file, options);
    });
  storage
    .command('verify <file>')
    .description('read all of a backup and show what is inside, without changing anything')
    .option(PASSPHRASE_FD, PASSPHRASE_WORDS, wholeNumber)
    .action(async (file: string, options: BackupOptions) => {
      const { verifyBackup } = await import('../backup.ts');
      await verifyBackup(context(), file, options);
    });
  storage
    .command('restore <file>')
    .description(
      'replace everything with what a backup has, after saving it to another backup; or create a new vault from one',
    )
    .option(PASSPHRASE_FD, PASSPHRASE_WORDS, wholeNumber)
    .option('--yes', "don't ask before replacing what is there", false)
    .action(async (file: string, options: BackupOptions & { yes: boolean }) => {
      const { restore } = await import('../backup.ts');
      await restore(context(), file, options);
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
