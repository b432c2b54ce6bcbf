import { Option, type Command } from 'commander';
import { IMPORTERS } from '@postern/importers';
import { importFrom, type ImportCommandOptions } from '../secret-import.ts';
import { testSecret } from '../secret-test.ts';
import { getSecret, listSecrets, removeSecret, rotateSecret, setSecret } from '../secret.ts';
import { KEYRING_SOURCES } from '../import-source.ts';
import { attribute, wholeNumber, type GetContext } from './option-values.ts';

/** `secret …`. */
export function addSecretCommands(program: Command, context: GetContext): void {
  const secret = program.command('secret').description('keep keys in the vault');
  secret
    .command('set <name>')
    .description('store a value, from a hidden prompt or standard input')
    .option('--force', "store a value that does not have the provider's form", false)
    .action(async (name: string, options: { force: boolean }) => {
      await setSecret(context(), name, options);
    });
  secret
    .command('get <name>')
    .description('print a value')
    .option('--field <field>', 'the field of the secret', 'value')
    .option('--raw', 'without a newline', false)
    .action(async (name: string, options: { field: string; raw: boolean }) => {
      await getSecret(context(), name, options);
    });
  secret
    .command('list')
    .description('list names and ages, never values')
    .action(async () => {
      await listSecrets(context());
    });
  secret
    .command('rm <name>')
    .description('remove a value')
    .option('--yes', 'do not ask', false)
    .action(async (name: string, options: { yes: boolean }) => {
      await removeSecret(context(), name, options);
    });
  secret
    .command('rotate <name>')
    .description('replace a value that is there, from a hidden prompt or standard input')
    .option('--force', "store a value that does not have the provider's form", false)
    .action(async (name: string, options: { force: boolean }) => {
      await rotateSecret(context(), name, options);
    });
  secret
    .command('test <name>')
    .description('ask the provider that uses it for its models, which costs nothing')
    .action(async (name: string) => {
      await testSecret(context(), name);
    });
  addImport(secret, context);
}

function addImport(secret: Command, context: GetContext): void {
  secret
    .command('import [path]')
    .description("take over another program's keys from its file or directory, or from the keyring")
    .addOption(
      new Option('--format <format>', 'read it as this instead of finding out').choices(
        Object.keys(IMPORTERS),
      ),
    )
    .addOption(
      new Option('--from <source>', 'read the keyring, as this program marks its items').choices(
        KEYRING_SOURCES,
      ),
    )
    .option('--service <name>', 'with --from: the service of the items')
    .option('--account <name>', 'with --from: the account of the one item')
    .option('--attribute <name=value>', 'with --from keyring: an attribute of the item', attribute)
    .option('--as <name>', 'what the one secret shall be called')
    .option('--replace', 'put found values in the place of others of the same name', false)
    .addOption(
      new Option('--dry-run', 'say what would be done; change nothing')
        .default(false)
        .conflicts('destroy'),
    )
    .option('--destroy', 'then destroy the files that still give the keys away', false)
    .option('--yes', 'do not ask before destroying', false)
    .option(
      '--import-passphrase-fd <n>',
      "read the other program's password from this file descriptor",
      wholeNumber,
    )
    .action(async (path: string | undefined, options: ImportCommandOptions) => {
      await importFrom(context(), path, options);
    });
}
