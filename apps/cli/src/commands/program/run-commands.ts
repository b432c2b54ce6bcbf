import type { Command } from 'commander';
import { inject, type InjectOptions } from '../inject.ts';
import { scan, type ScanOptions } from '../scan.ts';
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

In the template {{ postern://name/field }} stands for a value, {{ postern://name }} for the only one.
A program that reads its environment is better served by postern run, which leaves no file.`;

function addInject(program: Command, context: GetContext): void {
  program
    .command('inject')
    .description('fill the secrets of a template in')
    .option('-i, --input <file>', 'the template; - is standard input', '-')
    .option('-o, --output <file>', 'a new file, of mode 0600; - is standard output', '-')
    .option('--force', 'replace a file that is there', false)
    .addHelpText('after', INJECT_EXAMPLES)
    .action(async (options: InjectOptions) => {
      await inject(context(), options);
    });
}

const SCAN_EXAMPLES = `
Examples:
  $ postern scan .
  $ postern scan --history ~/src ~/.config
  $ postern scan --shapes-only --json . > findings.json

Exit code 0: nothing found. 1: something was found. 5: something could not be read.`;

function addScan(program: Command, context: GetContext): void {
  program
    .command('scan')
    .description('find stored values, and whatever looks like a key, in files')
    .argument('<path...>', 'files and directories; links are not followed')
    .option('--history', 'search the history of git repositories too', false)
    .option('--shapes-only', 'look for the forms of keys alone; the vault stays closed', false)
    .addHelpText('after', SCAN_EXAMPLES)
    .action(async (paths: string[], options: ScanOptions) => {
      await scan(context(), paths, options);
    });
}
