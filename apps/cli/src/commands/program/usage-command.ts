import { Option, type Command } from 'commander';
import type { UsageOptions } from '../usage.ts';
import type { GetContext } from './option-values.ts';

/** `usage`. */
export function addUsageCommand(program: Command, context: GetContext): void {
  program
    .command('usage')
    .description('show what the keys of the gateway used, and what it cost')
    .addOption(
      new Option('--by <group>', 'what to add up')
        .choices(['key', 'model', 'day', 'upstream'])
        .default('key'),
    )
    .option('--since <time>', 'how far back: 8h, 7d or a date such as 2026-11-01', '30d')
    .addOption(new Option('--csv', 'print CSV').default(false))
    .action(async (options: UsageOptions) => {
      const { showUsage } = await import('../usage.ts');
      await showUsage(context(), options);
    });
}
