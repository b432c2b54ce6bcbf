import { Option, type Command } from 'commander';
import type { LitellmImportOptions } from '../import-litellm.ts';
import type { GetContext } from './option-values.ts';

/** `import …`. */
export function addImportCommands(program: Command, context: GetContext): void {
  program
    .command('import')
    .description("take over another gateway's configuration")
    .command('litellm <config.yaml>')
    .description("import the models, routing and API keys of LiteLLM's configuration")
    .option('--from-env', 'read keys and addresses that LiteLLM takes from the environment', false)
    .option('--keys <file>', "also create the keys in an export of LiteLLM's /key/list")
    .option('--replace', 'replace settings and secrets that have the same name', false)
    .addOption(
      new Option('--dry-run', 'show what would be done without changing anything')
        .default(false)
        .conflicts('yes'),
    )
    .option('--yes', "don't ask for confirmation", false)
    .option('--config <file>', "change this file instead of the home's config.json")
    .action(async (path: string, options: LitellmImportOptions & { config?: string }) => {
      const { importLitellm } = await import('../import-litellm.ts');
      await importLitellm(context({ configFile: options.config }), path, options);
    });
}
