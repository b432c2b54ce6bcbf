import { Argument, type Command } from 'commander';
import { bashCompletions } from '../../completions/bash-completions.ts';
import { commandShapes } from '../../completions/command-shape.ts';
import { fishCompletions } from '../../completions/fish-completions.ts';
import { zshCompletions } from '../../completions/zsh-completions.ts';
import type { GetContext } from './option-values.ts';

const SHELLS = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
} as const;

/** `completions SHELL`; added last, so that it knows every other command. */
export function addCompletionCommands(program: Command, context: GetContext): void {
  program
    .command('completions')
    .description('print a completion script for your shell')
    .addArgument(new Argument('<shell>', 'the shell to complete in').choices(Object.keys(SHELLS)))
    .action(async (shell: keyof typeof SHELLS) => {
      const { report } = await import('../context.ts');
      const script = SHELLS[shell](commandShapes(program));
      report(context(), { name: shell, script }, [script.trimEnd()]);
    });
}
