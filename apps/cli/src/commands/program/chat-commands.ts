import { Option, type Command } from 'commander';
import { CHAT_EXPORT_FORMAT_NAMES } from '@postern/protocol';
import type { ChatExportOptions } from '../chat-export.ts';
import type { GetContext } from './option-values.ts';

/** `chat …`. */
export function addChatCommands(program: Command, context: GetContext): void {
  const chat = program.command('chat').description('export chats');
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
