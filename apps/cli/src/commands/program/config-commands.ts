import type { Command } from 'commander';
import type { GetContext } from './option-values.ts';

interface ConfigOptions {
  readonly config?: string;
}

/** An option of every command that reads the configuration of a server. */
export const CONFIG_FILE = [
  '--config <file>',
  "read this file instead of the home's config.json",
] as const;

/** `config …`. */
export function addConfigCommands(program: Command, context: GetContext): void {
  const config = program.command('config').description('check and explain the configuration');
  config
    .command('check')
    .description('name every error of the configuration, and missing secrets')
    .option(...CONFIG_FILE)
    .action(async (options: ConfigOptions) => {
      const { checkConfig } = await import('../config.ts');
      await checkConfig(context({ configFile: options.config }));
    });
  config
    .command('show')
    .description('show every setting and where its value comes from')
    .option(...CONFIG_FILE)
    .action(async (options: ConfigOptions) => {
      const { showConfig } = await import('../config.ts');
      showConfig(context({ configFile: options.config }));
    });
  config
    .command('schema')
    .description('print the JSON Schema of config.json')
    .action(async () => {
      const { printConfigSchema } = await import('../config.ts');
      printConfigSchema(context());
    });
  config
    .command('example')
    .description('print a config.json with every setting and a comment')
    .action(async () => {
      const { printConfigExample } = await import('../config.ts');
      printConfigExample(context());
    });
}
