import { resolve } from 'node:path';
import { exportChatsToFiles, type ExportedFiles } from '@postern/app';
import { problem, type ChatExportFormatName } from '@postern/protocol';
import { count } from './audit.ts';
import { connectOrUnlock, fail, openHome, orFail, report, type CommandContext } from './context.ts';

export interface ChatExportOptions {
  readonly all: boolean;
  readonly format: ChatExportFormatName;
  readonly output: string;
  readonly force: boolean;
}

/** `postern chat export`: writes chats to one file, or to a file each in a directory. */
export async function exportChats(
  context: CommandContext,
  ids: readonly string[],
  { all, format, output, force }: ChatExportOptions,
): Promise<void> {
  if (all === ids.length > 0) {
    fail(problem('USAGE', 'Name the chats by their ids, or export every chat with --all.'));
  }
  openHome(context);
  const vault = await connectOrUnlock(context);
  const wish = {
    chats: all ? ('all' as const) : ids,
    format,
    output: resolve(output),
    isForced: force,
  };
  const exported = orFail(await exportChatsToFiles(context, vault, wish));
  report(context, { format, ...exported }, linesOf(exported));
  context.terminal.note(
    `postern: warning: the exported chats aren't encrypted (mode 0600). Delete them after use.`,
  );
}

function linesOf({ files, chats, messages, damaged }: ExportedFiles): readonly string[] {
  const what = `${count(chats, 'chat')} with ${count(messages, 'message')}`;
  const [first] = files;
  const where = files.length === 1 && first !== undefined ? first : count(files.length, 'file');
  const lines = [`Exported ${what} to ${where}.`];
  if (damaged === 0) return lines;
  return [...lines, `Exported without content, because stored data is damaged: ${damaged}.`];
}
