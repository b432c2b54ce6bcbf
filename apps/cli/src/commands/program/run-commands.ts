import type { Command } from 'commander';
import type { InjectOptions } from '../inject.ts';
import type { ScanOptions } from '../scan.ts';
import type { GetContext } from './option-values.ts';
import { addRun } from './run-command.ts';

/** `run`, `inject`, `scan`. */
export function addRunCommands(program: Command, context: GetContext): void {
  addRun(program, context);
  addInject(program, context);
  addScan(program, context);
}

const INJECT_EXAMPLES = `
Examples:
  $ postern inject -i app.toml.tpl -o app.toml
  $ postern inject -i - -o - < app.toml.tpl | ssh server 'cat > app.toml'

In the template, {{ postern://name/field }} is replaced by the value of that field, and
{{ postern://name }} by the secret's value. If the program can read its secrets from the environment,
use postern run instead, which leaves no file.`;

function addInject(program: Command, context: GetContext): void {
  program
    .command('inject')
    .description('fill in the secrets in a template')
    .option('-i, --input <file>', 'the template; - is standard input', '-')
    .option('-o, --output <file>', 'a new file with mode 0600; - is standard output', '-')
    .option('--force', 'overwrite an existing file', false)
    .addHelpText('after', INJECT_EXAMPLES)
    .action(async (options: InjectOptions) => {
      const { inject } = await import('../inject.ts');
      await inject(context(), options);
    });
}

const SCAN_EXAMPLES = `
Examples:
  $ postern scan .
  $ postern scan --history ~/src ~/.config
  $ postern scan --shapes-only --json . > findings.json

Exit code 0: nothing found. 1: secrets found. 5: a file couldn't be read.`;

function addScan(program: Command, context: GetContext): void {
  program
    .command('scan')
    .description('find stored secrets, and anything that looks like a key, in files')
    .argument('<path...>', 'files and directories to search; symbolic links are not followed')
    .option('--history', 'also search the history of git repositories', false)
    .option(
      '--shapes-only',
      'only look for values shaped like keys, without unlocking the vault',
      false,
    )
    .addHelpText('after', SCAN_EXAMPLES)
    .action(async (paths: string[], options: ScanOptions) => {
      const { scan } = await import('../scan.ts');
      await scan(context(), paths, options);
    });
}
