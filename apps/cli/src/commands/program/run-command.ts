import { Option, type Command } from 'commander';
import { run, type RunCommandOptions } from '../run.ts';
import { collected, type GetContext } from './option-values.ts';

const EXAMPLES = `
Examples:
  $ postern run --secret OPENAI_API_KEY=postern://openai -- npm test
  $ postern run --env-file refs.env -- docker compose up
  $ postern run --secret PW=postern://proxy/password --via fd -- sh -c 'head -c 99 <&$PW'
  $ postern run --secret KEY=postern://openai --no-masking -- claude

An env file holds lines like OPENAI_API_KEY=postern://openai and is safe to commit. What stands
behind -- is the command, untouched. The exit code is the command's own, or 128+n where the signal n
ended it.`;

/** `run`. */
export function addRun(program: Command, context: GetContext): void {
  addRunWith(program, async (command, options) => {
    await run(context(), command, options);
  });
}

/** Its command line alone, whatever is done with it. */
export function addRunWith(
  program: Command,
  action: (command: readonly string[], options: RunCommandOptions) => void | Promise<void>,
): void {
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
    .option('--allow-missing', 'start it without the secrets that are not in the vault', false)
    .addHelpText('after', EXAMPLES)
    .action(action);
}
