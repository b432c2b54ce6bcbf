import { Option, type Command } from 'commander';
import { backUpVault, restoreVault, type BackupOptions } from '../backup.ts';
import { doctor } from '../doctor.ts';
import { migrateStorage, type MigrateOptions } from '../migrate.ts';
import { storageStatus, testStorage } from '../storage.ts';
import { confirmRekeyed, rekeyVault } from '../rekey.ts';
import { wholeNumber, type GetContext } from './option-values.ts';

/** `auth storage …` and `doctor`. */
export function addAuthCommands(program: Command, context: GetContext): void {
  const storage = program
    .command('auth')
    .description('where credentials live')
    .command('storage')
    .description('look after where credentials live');
  storage
    .command('status')
    .description('show the backend, slots, ages and whatever is unsafe, each with its fix')
    .action(async () => {
      await storageStatus(context());
    });
  storage
    .command('test')
    .description('write, read and remove a probe where credentials really live')
    .action(async () => {
      await testStorage(context());
    });
  addBackups(storage, context);
  addMigrate(storage, context);
  addRekey(storage, context);
  program
    .command('doctor')
    .description('look at everything and say what to do about what is wrong')
    .action(async () => {
      await doctor(context());
    });
}

const PASSPHRASE_FD = '--backup-passphrase-fd <n>';
const PASSPHRASE_WORDS = "read the backup's own passphrase from this file descriptor";

function addBackups(storage: Command, context: GetContext): void {
  storage
    .command('backup <file>')
    .description('write the vault into one new encrypted file under a passphrase of its own')
    .option(PASSPHRASE_FD, PASSPHRASE_WORDS, wholeNumber)
    .action(async (file: string, options: BackupOptions) => {
      await backUpVault(context(), file, options);
    });
  storage
    .command('restore <file>')
    .description('make the secrets exactly those of a backup, or a new vault of it')
    .option(PASSPHRASE_FD, PASSPHRASE_WORDS, wholeNumber)
    .option('--yes', 'do not ask before replacing what is there', false)
    .action(async (file: string, options: BackupOptions & { yes: boolean }) => {
      await restoreVault(context(), file, options);
    });
}

function addRekey(storage: Command, context: GetContext): void {
  storage
    .command('rekey')
    .description('give the vault and its databases a new data key, and you a new recovery code')
    .option('--confirm', 'only complete a change of the key that was cut off', false)
    .action(async ({ confirm }: { confirm: boolean }) => {
      await (confirm ? confirmRekeyed(context()) : rekeyVault(context()));
    });
}

function addMigrate(storage: Command, context: GetContext): void {
  const backends = ['keyring', 'file'];
  storage
    .command('migrate')
    .description('move the secrets to the other storage: copied, read back, then in force')
    .addOption(new Option('--from <backend>', 'where they must be now').choices(backends))
    .addOption(
      new Option('--to <backend>', 'where they shall be').choices(backends).makeOptionMandatory(),
    )
    .option('--dry-run', 'say what would be done; change nothing', false)
    .option('--remove-source', 'then remove what was copied from', false)
    .action(async (options: MigrateOptions) => {
      await migrateStorage(context(), options);
    });
}
