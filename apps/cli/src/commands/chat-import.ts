import { resolve } from 'node:path';
import {
  importChatFiles,
  listChatImports,
  undoChatImport,
  type FileReport,
  type ImportProgress,
} from '@postern/app';
import {
  CHAT_IMPORT_NOTES,
  CHAT_SKIP_REASONS,
  CHAT_SOURCES,
  ERROR_CODES,
  type ChatImport,
  type ChatImportNote,
  type ChatSource,
} from '@postern/protocol';
import { table } from '../terminal/terminal.ts';
import { count } from './audit.ts';
import {
  connectOrCreate,
  connectOrUnlock,
  endWith,
  openHome,
  orFail,
  report,
  type CommandContext,
} from './context.ts';

const MEGABYTE = 1e6;
/** Shown without `--json`. */
const MAX_SHOWN = 20;

/** `postern chat import`: adds the chats of other programs. */
export async function importChats(
  context: CommandContext,
  files: readonly string[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<void> {
  openHome(context);
  const vault = dryRun ? await connectOrUnlock(context) : await connectOrCreate(context);
  const { terminal } = context;
  const reports = orFail(
    await importChatFiles(context, vault, {
      paths: files.map((file) => resolve(file)),
      isDryRun: dryRun,
      onProgress: (progress) => {
        terminal.showStatus(statusOf(progress));
      },
    }),
  );
  terminal.showStatus('');
  report(
    context,
    { dryRun, files: reports },
    reports.flatMap((each) => linesOf(each, dryRun)),
  );
  const [first] = reports.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  if (first !== undefined) endWith(ERROR_CODES[first.code].exit);
}

function statusOf({ bytesRead, bytes, chats }: ImportProgress): string {
  const part = bytes === 0 ? 100 : Math.floor((bytesRead / bytes) * 100);
  const size = `${(bytesRead / MEGABYTE).toFixed(0)} of ${(bytes / MEGABYTE).toFixed(0)} MB`;
  return `Importing: ${part} %, ${size}, ${count(chats, 'chat')}`;
}

function linesOf(file: FileReport, isDryRun: boolean): readonly string[] {
  const { path, source, counts, skipped, notes, problem, id } = file;
  const program = source === null ? '' : ` (${CHAT_SOURCES[source]})`;
  const rows: readonly (readonly [string, number])[] = [
    [isDryRun ? 'would be added' : 'added', counts.added],
    [isDryRun ? 'would get new messages' : 'got new messages', counts.extended],
    ['already there', counts.present],
    ['already there, in the trash', counts.inTrash],
    ['skipped', counts.skipped],
  ];
  const shown = skipped.slice(0, MAX_SHOWN);
  const more = counts.skipped - shown.length;
  return [
    `${path}${program}`,
    ...rows.filter(([, chats]) => chats > 0).map(([what, n]) => `  ${count(n, 'chat')} ${what}`),
    ...(counts.messages > 0 ? [`  ${count(counts.messages, 'message')}`] : []),
    ...shown.map(({ place, why }) => `  skipped chat ${place}: ${CHAT_SKIP_REASONS[why]}`),
    ...(more > 0 ? [`  and ${more} more; --json lists up to 1,000`] : []),
    ...noteLines(notes),
    ...(problem === null ? [] : [`  ${problem.message} ${problem.remedy}`]),
    ...(id === null ? [] : [`  To undo this import: postern chat imports undo ${id}`]),
  ];
}

function noteLines(notes: FileReport['notes']): readonly string[] {
  return NOTES.flatMap((note) => {
    const times = notes[note] ?? 0;
    return times === 0 ? [] : [`  ${times} ×: ${CHAT_IMPORT_NOTES[note]}`];
  });
}

const NOTES = Object.keys(CHAT_IMPORT_NOTES).filter((name): name is ChatImportNote =>
  Object.hasOwn(CHAT_IMPORT_NOTES, name),
);

/** `postern chat imports list`. */
export async function listImports(context: CommandContext): Promise<void> {
  openHome(context);
  const vault = await connectOrUnlock(context);
  const imports = orFail(await listChatImports(context, vault));
  const headings = ['ID', 'FROM', 'WHEN', 'CHATS', 'MESSAGES'];
  const rows = imports.map((each) => [
    each.id,
    programOf(each),
    new Date(each.beganAtMs).toISOString(),
    String(each.chats),
    String(each.messages),
  ]);
  report(context, imports, [rows.length === 0 ? 'No imports.' : table(headings, rows)]);
}

function programOf({ source }: ChatImport): string {
  const isKnown = (name: string): name is ChatSource => Object.hasOwn(CHAT_SOURCES, name);
  return isKnown(source) ? CHAT_SOURCES[source] : source;
}

/** `postern chat imports undo`. */
export async function undoImport(context: CommandContext, id: string): Promise<void> {
  openHome(context);
  const vault = await connectOrUnlock(context);
  const undone = orFail(await undoChatImport(context, vault, id));
  const { chats, messages, kept } = undone;
  report(context, undone, [
    `Deleted ${count(chats, 'chat')} of this import.`,
    ...(messages > 0
      ? [`Deleted ${count(messages, 'message')} of chats from earlier imports.`]
      : []),
    ...(kept > 0 ? [`Kept, because you continued them: ${count(kept, 'chat')}.`] : []),
  ]);
}
