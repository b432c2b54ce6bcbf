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

/** Every command. What a command does is loaded when it is run: `run` waits for no other's code. */
export function addCommands(program: Command, context: GetContext): void {
  addProcessCommands(program, context);
  addVaultCommands(program, context);
  addSecretCommands(program, context);
  addRunCommands(program, context);
  addKeyCommands(program, context);
  addAuditCommands(program, context);
  addAuthCommands(program, context);
  addCompletionCommands(program, context);
}
