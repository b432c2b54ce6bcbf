import type { Command } from 'commander';
import { addAuditCommands } from './program/audit-commands.ts';
import { addAuthCommands } from './program/auth-commands.ts';
import { addCompletionCommands } from './program/completion-commands.ts';
import { addKeyCommands } from './program/key-commands.ts';
import { addProcessCommands } from './program/process-commands.ts';
import { addRunCommands } from './program/run-commands.ts';
import { addSecretCommands } from './program/secret-commands.ts';
import { addVaultCommands } from './program/vault-commands.ts';
import type { GetContext } from './program/option-values.ts';

/**
 * Adds every command. What a command does is loaded when it is run. Programs run `postern run` at each
 * of their starts, so it doesn't even wait for the other commands' options: where it is the first word
 * of the command line, only it is added.
 */
export function addCommands(program: Command, context: GetContext, first?: string): void {
  if (first === 'run') {
    addRunCommands(program, context);
    return;
  }
  addProcessCommands(program, context);
  addVaultCommands(program, context);
  addSecretCommands(program, context);
  addRunCommands(program, context);
  addKeyCommands(program, context);
  addAuditCommands(program, context);
  addAuthCommands(program, context);
  addCompletionCommands(program, context);
}
