import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { BackUpRequest } from '@postern/app';
import { failed, ok, parseJson, type Result } from '@postern/kernel';
import { problem, type BackupContents, type Problem } from '@postern/protocol';
import type { CommandContext } from './context.ts';
import { SECOND_PASSPHRASE_FD, startSelf } from './start-self.ts';

/** A line of `postern auth storage backup --followed --json`. */
export type FollowedLine =
  | { readonly progress: readonly [doneBytes: number, allBytes: number] }
  | { readonly contents: BackupContents }
  | { readonly error: Problem };

/** Makes a backup in a process of its own, which ends with the signal. */
export async function backUpInChild(
  context: CommandContext,
  request: BackUpRequest,
): Promise<Result<BackupContents, Problem>> {
  const { file, passphrase, backupPassphrase, without, onProgress, signal } = request;
  if (signal.aborted) return failed(problem('CANCELLED'));
  const child = startSelf(context, {
    parameters: [
      ...['auth', 'storage', 'backup', file, '--followed', '--json'],
      ...['--backup-passphrase-fd', String(SECOND_PASSPHRASE_FD)],
      ...(without.length === 0 ? [] : ['--without', ...without]),
    ],
    passphrase,
    secondPassphrase: backupPassphrase,
    as: 'followed',
  });
  const end = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', end);
  const closed = once(child, 'close');
  let ended: Result<BackupContents, Problem> = failed(
    problem('INTERNAL', 'The process that made the backup ended early.'),
  );
  try {
    if (child.stdout === null) return ended;
    for await (const text of createInterface({ input: child.stdout })) {
      const line = lineOf(text);
      if (line === undefined) continue;
      if ('progress' in line) onProgress(...line.progress);
      else ended = 'contents' in line ? ok(line.contents) : failed(line.error);
    }
    await closed;
    return ended;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Only this program writes the lines, so their shape needs no check. */
function lineOf(text: string): FollowedLine | undefined {
  const json = parseJson(text);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the process runs this program
  return json.ok ? (json.value as unknown as FollowedLine) : undefined;
}
