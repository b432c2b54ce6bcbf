import { problem } from '@postern/protocol';
import { scanPaths, type ScanFinding } from '@postern/run';
import { KEY_SHAPES } from '@postern/vault';
import { listStoredValues } from '@postern/app';
import { exitCodeOf } from '../failure/command-failed.ts';
import { printable } from '../terminal/printable.ts';
import { styled } from '../terminal/terminal.ts';
import { endWith, fail, connectOrUnlock, orFail, report, type CommandContext } from './context.ts';

export interface ScanOptions {
  readonly history: boolean;
  readonly shapesOnly: boolean;
}

const FOUND_EXIT = 1;

/**
 * `postern scan PATH…`: finds files that contain stored values, in any encoding, or anything that
 * looks like a key. The exit code is 1 if something was found. No value is printed.
 */
export async function scan(
  context: CommandContext,
  paths: readonly string[],
  options: ScanOptions,
): Promise<void> {
  const stored = options.shapesOnly
    ? []
    : orFail(await listStoredValues(await connectOrUnlock(context)));
  const result = await scanPaths(paths, stored, { history: options.history });
  const { findings, unreadable } = result;
  const counts = { scannedFiles: result.scannedFiles, scannedObjects: result.scannedObjects };
  report(context, { findings: findings.map(findingToWire), unreadable, ...counts }, [
    ...findings.flatMap((finding) => linesOf(context, finding)),
  ]);
  for (const path of unreadable) context.terminal.note(`postern: can't read ${printable(path)}`);
  if (!context.json) context.terminal.note(summaryOf(findings.length, counts, options));
  if (findings.length > 0) endWith(FOUND_EXIT);
  else if (unreadable.length > 0) {
    if (context.json) endWith(exitCodeOf(problem('SCAN_FAILED')));
    else fail(problem('SCAN_FAILED'));
  }
}

function findingToWire(finding: ScanFinding): unknown {
  return { ...finding, what: whatOf(finding), fix: fixOf(finding) };
}

function linesOf({ terminal }: CommandContext, finding: ScanFinding): readonly string[] {
  const where = styled(terminal, 'bold', printable(placeOf(finding)));
  return [`${where}: ${styled(terminal, 'red', whatOf(finding))}`, `  ${fixOf(finding)}`];
}

function placeOf({ place }: ScanFinding): string {
  switch (place.kind) {
    case 'file':
      return `${place.path}:${String(place.line)}`;
    case 'commit': {
      const commit = place.commit.slice(0, 12);
      return `${place.repository} commit ${commit} ${place.path}:${String(place.line)}`;
    }
    case 'object':
      return `${place.repository} object ${place.id.slice(0, 12)}:${String(place.line)}`;
  }
}

function whatOf({ found }: ScanFinding): string {
  if (found.kind === 'stored') return `the value of the secret ${found.secret}`;
  return `looks like: ${KEY_SHAPES[found.shape].label}`;
}

function fixOf({ place, found }: ScanFinding): string {
  const renew =
    found.kind === 'stored'
      ? `create a new key at its provider and store it (postern secret rotate ${found.secret})`
      : 'if it is a real key, revoke it and store the new one (postern secret set NAME)';
  switch (place.kind) {
    case 'file': {
      const name = found.kind === 'stored' ? found.secret : 'NAME';
      return `Replace it with postern://${name} and use postern run or inject. Then ${renew}.`;
    }
    case 'commit':
      return `Everyone with a clone has it, so ${renew}; then rewrite the history (git filter-repo).`;
    case 'object':
      return `No branch or tag contains it: ${renew}; then git reflog expire --expire=now --all && git gc --prune=now.`;
  }
}

function summaryOf(
  found: number,
  counts: { readonly scannedFiles: number; readonly scannedObjects: number },
  options: ScanOptions,
): string {
  const history = options.history
    ? ` and ${counted(counts.scannedObjects, 'version')} in git histories`
    : '';
  const looked = `in ${counted(counts.scannedFiles, 'file')}${history}`;
  return found === 0 ? `Nothing found ${looked}.` : `${counted(found, 'finding')} ${looked}.`;
}

function counted(count: number, what: string): string {
  return `${String(count)} ${what}${count === 1 ? '' : 's'}`;
}
