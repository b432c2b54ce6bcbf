import { failed, ok, type Result } from '@postern/kernel';
import { eraseEverything, planErase } from '@postern/app';
import { ERASE_CONFIRMATION, problem, type EraseReport, type Problem } from '@postern/protocol';
import { askLine } from '../terminal/prompt.ts';
import { printable } from '../terminal/printable.ts';
import { count } from './audit.ts';
import { endWith, openParts, orFail, report, type CommandContext } from './context.ts';

export interface EraseOptions {
  readonly dryRun: boolean;
  readonly yesEraseEverything: boolean;
}

/** `postern erase`: erases everything that Postern stored for this home. */
export async function erase(context: CommandContext, options: EraseOptions): Promise<void> {
  const parts = openParts(context);
  const plan = await planErase(parts);
  if (options.dryRun) {
    report(context, { dryRun: true, ...plan }, linesOf(plan, 'Would erase'));
    return;
  }
  if (plan.erased.length === 0 && plan.failed.length === 0) {
    report(context, plan, [`There is nothing to erase in ${context.home.dataDir}.`]);
    return;
  }
  if (!context.json) for (const line of linesOf(plan, 'Will erase')) context.terminal.note(line);
  orFail(await agree(context, options));
  const erased = orFail(await eraseEverything(parts));
  report(context, erased, linesOf(erased, 'Erased'));
  if (erased.failed.length > 0) endWith(1);
}

async function agree(
  { terminal }: CommandContext,
  { yesEraseEverything }: EraseOptions,
): Promise<Result<undefined, Problem>> {
  if (yesEraseEverything) return ok();
  if (!terminal.interactive) {
    const message = 'Without a terminal to confirm, erasing needs --yes-erase-everything.';
    return failed(problem('USAGE', message));
  }
  const typed = await askLine(`Nothing can bring it back. Type “${ERASE_CONFIRMATION}”: `);
  return typed.trim() === ERASE_CONFIRMATION
    ? ok()
    : failed(problem('CANCELLED', 'Nothing was erased.'));
}

const WORDS: Readonly<Record<EraseReport['erased'][number]['what'], string>> = {
  keys: 'key slots and secrets',
  keyring: 'entries in the system keyring',
  backups: 'backups',
  chats: 'chats and attachments',
  library: 'presets and prompts',
  gateway: 'gateway keys and usage',
  audit: 'audit log',
  browsers: 'remembered browsers',
  certificates: 'certificates for development',
  settings: 'settings',
  other: 'locks, sockets and other files',
};

function linesOf({ erased, failed: left, kept, downloads }: EraseReport, verb: string): string[] {
  const files = erased.map(({ what, count: number, bytes }) => {
    const size = bytes === 0 ? '' : `, ${String(bytes)} bytes`;
    return `${verb}: ${WORDS[what]} (${what === 'keyring' ? 'keyring' : count(number, 'file')}${size})`;
  });
  const isDone = verb === 'Erased';
  return [
    ...files,
    ...left.map(({ what, why }) => `Not erased: ${printable(what)}. ${why}`),
    ...kept.map(({ what, why }) => `Kept: ${printable(what)}. ${why}`),
    ...(downloads === 0
      ? []
      : [`Kept: ${count(downloads, 'backup')} that a browser saved. Postern doesn't know where.`]),
    ...(isDone ? ELSEWHERE : []),
    ...(left.length > 0 ? ['Fix that, then run postern erase again.'] : []),
  ];
}

/** What no program can erase. */
const ELSEWHERE = [
  "Not erased, because Postern doesn't have it: exported chats, copies of the home (backups of the machine, snapshots,",
  'synchronized folders), what your terminal or the system journal logged, and what providers received.',
  'Solid-state disks and copying file systems keep old blocks. Chats and keys in them are encrypted, and their key is gone.',
];
