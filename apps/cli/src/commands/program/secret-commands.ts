import { Option, type Command } from 'commander';
import { IMPORT_FORMATS } from '@postern/importers';
import type { ImportCommandOptions } from '../secret-import.ts';
import { KEYRING_SOURCES } from '../keyring-sources.ts';
import { attribute, wholeNumber, type GetContext } from './option-values.ts';

/** `secret …`. */
export function addSecretCommands(program: Command, context: GetContext): void {
  const secret = program.command('secret').description('manage the secrets in the vault');
  secret
    .command('set <name>')
    .description('store a secret, read from a hidden prompt or standard input')
    .option('--force', "store the value even if it doesn't look like the provider's keys", false)
    .action(async (name: string, options: { force: boolean }) => {
      const { setSecret } = await import('../secret.ts');
      await setSecret(context(), name, options);
    });
  secret
    .command('get <name>')
    .description('print a secret')
    .option('--field <field>', 'which field of the secret', 'value')
    .option('--raw', 'print without a trailing newline', false)
    .action(async (name: string, options: { field: string; raw: boolean }) => {
      const { getSecret } = await import('../secret.ts');
      await getSecret(context(), name, options);
    });
  secret
    .command('list')
    .description('list names and ages (never values)')
    .action(async () => {
      const { listSecrets } = await import('../secret.ts');
      await listSecrets(context());
    });
  secret
    .command('rm <name>')
    .description('remove a secret')
    .option('--yes', "don't ask for confirmation", false)
    .action(async (name: string, options: { yes: boolean }) => {
      const { removeSecret } = await import('../secret.ts');
      await removeSecret(context(), name, options);
    });
  secret
    .command('rotate <name>')
    .description('replace a secret, read from a hidden prompt or standard input')
    .option('--force', "store the value even if it doesn't look like the provider's keys", false)
    .action(async (name: string, options: { force: boolean }) => {
      const { rotateSecret } = await import('../secret.ts');
      await rotateSecret(context(), name, options);
    });
  secret
    .command('test <name>')
    .description("test a key by listing its provider's models, which is free")
    .action(async (name: string) => {
      const { testSecretNamed } = await import('../secret-test.ts');
      await testSecretNamed(context(), name);
    });
  addImport(secret, context);
}

function addImport(secret: Command, context: GetContext): void {
  secret
    .command('import [path]')
    .description("import another program's keys from a file, a directory or the keyring")
    .addOption(
      new Option('--format <format>', 'the format, instead of detecting it').choices(
        IMPORT_FORMATS,
      ),
    )
    .addOption(
      new Option('--from <source>', 'read the keyring items that this program stored').choices(
        KEYRING_SOURCES,
      ),
    )
    .option('--service <name>', 'with --from: the service name of the items')
    .option('--account <name>', 'with --from: the account name, to import a single item')
    .option(
      '--attribute <name=value>',
      'with --from keyring: an attribute to match (repeatable)',
      attribute,
    )
    .option('--as <name>', 'the name for the secret, if there is only one')
    .option('--replace', 'replace secrets that have the same name', false)
    .addOption(
      new Option('--dry-run', 'show what would be done without changing anything')
        .default(false)
        .conflicts('destroy'),
    )
    .option('--destroy', 'destroy the files that still expose the keys afterwards', false)
    .option('--yes', "don't ask before destroying files", false)
    .option(
      '--import-passphrase-fd <n>',
      "read the other program's password from this file descriptor",
      wholeNumber,
    )
    .action(async (path: string | undefined, options: ImportCommandOptions) => {
      const { importFrom } = await import('../secret-import.ts');
      await importFrom(context(), path, options);
    });
}
