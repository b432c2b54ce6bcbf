import type { Command } from 'commander';
import { addAuditCommands } from './program/audit-commands.ts';
import { addAuthCommands } from './program/auth-commands.ts';
import { addChatCommands } from './program/chat-commands.ts';
import { addCompletionCommands } from './program/completion-commands.ts';
import { addConfigCommands } from './program/config-commands.ts';
import { addImportCommands } from './program/import-commands.ts';
import { addKeyCommands } from './program/key-commands.ts';
import { addProcessCommands } from './program/process-commands.ts';
import { addRunCommands } from './program/run-commands.ts';
import { addSecretCommands } from './program/secret-commands.ts';
import { addTlsCommands } from './program/tls-commands.ts';
import { addVaultCommands } from './program/vault-commands.ts';
import { addUsageCommand } from './program/usage-command.ts';
import type { GetContext } from './program/option-values.ts';

/**
 * Adds every command. A command's code is loaded when it runs. Other programs start `postern run`
 * often, so if `run` is the first word, only it is added, without the other commands' options.
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
  addImportCommands(program, context);
  addUsageCommand(program, context);
  addChatCommands(program, context);
  addAuditCommands(program, context);
  addConfigCommands(program, context);
  addTlsCommands(program, context);
  addAuthCommands(program, context);
  addCompletionCommands(program, context);
}
