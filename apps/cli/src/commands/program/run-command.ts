import { Option, type Command } from 'commander';
import type { RunCommandOptions } from '../run.ts';
import { collected, type GetContext } from './option-values.ts';

const EXAMPLES = `
Examples:
  $ postern run --secret OPENAI_API_KEY=postern://openai -- npm test
  $ postern run --env-file refs.env -- docker compose up
  $ postern run --secret PW=postern://proxy/password --via fd -- sh -c 'head -c 99 <&$PW'
  $ postern run --secret KEY=postern://openai --no-masking -- claude

An env file contains lines like OPENAI_API_KEY=postern://openai and is safe to commit. Everything
after -- is the command and its arguments. The exit code is the command's own, or 128+n if signal n
ended it.`;

/** `run`. */
export function addRun(program: Command, context: GetContext): void {
  addRunWith(program, async (command, options) => {
    const { run } = await import('../run.ts');
    await run(context(), command, options);
  });
}

/** Only its command line; the caller adds the action. */
export function addRunWith(
  program: Command,
  action: (command: readonly string[], options: RunCommandOptions) => void | Promise<void>,
): void {
  program
    .command('run')
    .usage('[options] -- <command...>')
    .description('run a command with secrets from the vault, and mask them in its output')
    .argument('<command...>', 'the command and its arguments')
    .option('--secret <name=reference>', 'set a variable to a secret (repeatable)', collected)
    .option('--env-file <file>', 'read NAME=reference lines from a file (repeatable)', collected)
    .addOption(
      new Option('--via <method>', 'how to pass the secrets to the command')
        .choices(['env', 'fd', 'stdin', 'file'])
        .default('env'),
    )
    .option('--clean-env', 'pass only a minimal environment to the command', false)
    .option('--no-masking', "don't mask the output; exec the command instead")
    .option('--allow-missing', "start even if some secrets aren't in the vault", false)
    .addHelpText('after', EXAMPLES)
    .action(action);
}
