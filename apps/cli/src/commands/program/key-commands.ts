import { Option, type Command } from 'commander';
import type { KeyImportOptions } from '../key-import.ts';
import {
  addKeySettingOptions,
  dollarAmount,
  type KeySettingOptions,
} from './key-setting-options.ts';
import { collected, type GetContext } from './option-values.ts';

/** `key …`. */
export function addKeyCommands(program: Command, context: GetContext): void {
  const key = program
    .command('key')
    .alias('keys')
    .description('manage the keys that clients of the gateway use');
  addKeySettingOptions(
    key
      .command('create <name>')
      .description('create a key; it is shown only once')
      .addHelpText(
        'after',
        '\nA key calls only what it names: --model or --all-models is required.',
      ),
  ).action(async (name: string, options: KeySettingOptions) => {
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
    .command('show <id-or-name>')
    .description('show the settings of a key (never the key itself)')
    .action(async (idOrName: string) => {
      const { showKey } = await import('../key.ts');
      await showKey(context(), idOrName);
    });
  addKeySettingOptions(
    key
      .command('update <id-or-name>')
      .description('change the settings of a key, effective immediately'),
  ).action(async (idOrName: string, options: KeySettingOptions) => {
    const { updateKey } = await import('../key.ts');
    await updateKey(context(), idOrName, options);
  });
  key
    .command('raise <id-or-name>')
    .description("add to a key's budget for a time, effective immediately")
    .requiredOption('--by <dollars>', 'how much to add, such as 10', dollarAmount)
    .requiredOption('--until <time>', 'for how long: 8h, 7d or until a date such as 2027-01-31')
    .action(async (idOrName: string, options: { by: number; until: string }) => {
      const { raiseBudget } = await import('../key.ts');
      await raiseBudget(context(), idOrName, options);
    });
  key
    .command('rotate <id-or-name>')
    .description('replace the token of a key; the new one is shown only once')
    .option('--grace <time>', 'how long the old token stays valid; 0 for not at all', '24h')
    .action(async (idOrName: string, options: { grace: string }) => {
      const { rotateKey } = await import('../key.ts');
      await rotateKey(context(), idOrName, options);
    });
  addDebug(key, context);
  addImport(key, context);
  addEndings(key, context);
}

function addDebug(key: Command, context: GetContext): void {
  key
    .command('debug <id-or-name>')
    .description("log the bodies of a key's requests for a time, at the log level debug")
    .option('--for <time>', 'for how long, such as 15m; at most 24h')
    .addOption(new Option('--off', 'stop it now').conflicts('for'))
    .action(async (idOrName: string, options: { for?: string; off?: boolean }) => {
      const { debugKey } = await import('../key.ts');
      await debugKey(context(), idOrName, options);
    });
}

function addImport(key: Command, context: GetContext): void {
  addKeySettingOptions(
    key
      .command('import <file>')
      .description("adopt another program's keys from a file, or - for standard input")
      .option('--all', 'import every key of the file')
      .addOption(
        new Option('--only <name>', 'import the key with this name (repeatable)')
          .argParser(collected)
          .conflicts('all'),
      )
      .option('--force', 'also import keys that could be guessed'),
  ).action(async (file: string, options: KeyImportOptions) => {
    const { importKeys } = await import('../key-import.ts');
    await importKeys(context(), file, options);
  });
}

function addEndings(key: Command, context: GetContext): void {
  key
    .command('disable <id-or-name>')
    .description('refuse a key until it is enabled again, effective immediately')
    .action(async (idOrName: string) => {
      const { setKeyDisabled } = await import('../key.ts');
      await setKeyDisabled(context(), idOrName, true);
    });
  key
    .command('enable <id-or-name>')
    .description('accept a disabled key again')
    .action(async (idOrName: string) => {
      const { setKeyDisabled } = await import('../key.ts');
      await setKeyDisabled(context(), idOrName, false);
    });
  key
    .command('revoke <id-or-name>')
    .description('revoke a key permanently, effective immediately')
    .action(async (idOrName: string) => {
      const { revokeKey } = await import('../key.ts');
      await revokeKey(context(), idOrName);
    });
}
