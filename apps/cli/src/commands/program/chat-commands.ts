import { Option, type Command } from 'commander';
import { CHAT_EXPORT_FORMAT_NAMES, CHAT_SOURCES } from '@postern/protocol';
import type { ChatExportOptions } from '../chat-export.ts';
import type { GetContext } from './option-values.ts';

/** `chat …`. */
export function addChatCommands(program: Command, context: GetContext): void {
  const chat = program.command('chat').description('export and import chats');
  addImportCommands(chat, context);
  chat
    .command('export')
    .description('write chats to a file, or to a file each in a directory')
    .argument('[ids...]', 'ids of chats: the end of their address in the page')
    .addOption(new Option('--all', 'export every chat').default(false))
    .addOption(
      new Option('--format <format>', 'json: everything; markdown, html: the newest branch')
        .choices(CHAT_EXPORT_FORMAT_NAMES)
        .default('json'),
    )
    .requiredOption('-o, --output <path>', 'a new file, or a directory that exists')
    .addOption(new Option('--force', 'replace files that exist').default(false))
    .action(async (ids: readonly string[], options: ChatExportOptions) => {
      const { exportChats } = await import('../chat-export.ts');
      await exportChats(context(), ids, options);
    });
}

/** `chat import` and `chat imports …`. */
function addImportCommands(chat: Command, context: GetContext): void {
  const programs = Object.values(CHAT_SOURCES).join(', ');
  chat
    .command('import')
    .description('add the chats of other programs, each chat once')
    .argument('<files...>', `files exported by ${programs}`)
    .addOption(
      new Option('--dry-run', 'report what would be added, and add nothing').default(false),
    )
    .action(async (files: readonly string[], options: { readonly dryRun: boolean }) => {
      const { importChats } = await import('../chat-import.ts');
      await importChats(context(), files, options);
    });
  const imports = chat.command('imports').description('list and undo imports of chats');
  imports
    .command('list')
    .description('the imports of which something is left')
    .action(async () => {
      const { listImports } = await import('../chat-import.ts');
      await listImports(context());
    });
  imports
    .command('undo')
    .description('permanently delete the chats that an import added, except those you continued')
    .argument('<id>', 'the id of the import, as listed')
    .action(async (id: string) => {
      const { undoImport } = await import('../chat-import.ts');
      await undoImport(context(), id);
    });
}
