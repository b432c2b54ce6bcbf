import { Option, type Command } from 'commander';
import { inject, type InjectOptions } from '../inject.ts';
import { run, type RunCommandOptions } from '../run.ts';
import { scan, type ScanOptions } from '../scan.ts';
import { collected, type GetContext } from './option-values.ts';

const EXAMPLES = `
Examples:
  $ postern run --secret OPENAI_API_KEY=postern://openai -- npm test
  $ postern run --env-file refs.env --require -- docker compose up
  $ postern run --secret PW=postern://proxy/password --via fd -- sh -c 'head -c 99 <&$PW'
  $ postern run --secret KEY=postern://openai --no-masking -- claude

An env file holds lines like OPENAI_API_KEY=postern://openai and is safe to commit. What stands
behind -- is the command, untouched. The exit code is the command's own, or 128+n where the signal n
ended it.`;

/** `run`, `inject`, `scan`. */
export function addRunCommands(program: Command, context: GetContext): void {
  addRun(program, context);
  addInject(program, context);
  addScan(program, context);
}

function addRun(program: Command, context: GetContext): void {
  program
    .command('run')
    .usage('[options] -- <command...>')
    .description('run a command with secrets from the vault, masked in what it prints')
    .argument('<command...>', 'the command and its arguments')
    .option('--secret <name=reference>', 'a secret for the command, repeatable', collected)
    .option('--env-file <file>', 'a file of NAME=reference lines, repeatable', collected)
    .addOption(
      new Option('--via <way>', 'how the command gets its secrets')
        .choices(['env', 'fd', 'stdin', 'file'])
        .default('env'),
    )
    .option('--clean-env', 'pass on only what every program needs of the environment', false)
    .option('--no-masking', "do not look at the command's output; become the command")
    .option('--require', 'start nothing when a secret is not in the vault', false)
    .addHelpText('after', EXAMPLES)
    .action(async (command: string[], options: RunCommandOptions) => {
      await run(context(), command, options);
    });
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
