import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** Bytes of a running process that others can see, and where they are. */
export interface ProcessPlace {
  readonly where: string;
  readonly bytes: Buffer;
}

/**
 * Returns the command line, environment, name and deleted but open files of a process and all its
 * descendants, at this moment (proc(5), so Linux only). Returns nothing for a process that has
 * ended.
 */
export function processPlaces(pid: number): readonly ProcessPlace[] {
  return [pid, ...descendantsOf(pid)].flatMap((one) => [
    ...(['cmdline', 'environ', 'comm'] as const).flatMap((file) => readPlace(one, file)),
    ...deletedFilesOf(one).flatMap((file) => readPlace(one, file)),
  ]);
}

function readPlace(pid: number, file: string): readonly ProcessPlace[] {
  const where = `/proc/${pid}/${file}`;
  try {
    return [{ where, bytes: readFileSync(where) }];
  } catch {
    return [];
  }
}

function deletedFilesOf(pid: number): readonly string[] {
  return namesIn(`/proc/${pid}/fd`)
    .map((descriptor) => `fd/${descriptor}`)
    .filter((file) => isDeletedFile(`/proc/${pid}/${file}`));
}

function isDeletedFile(link: string): boolean {
  try {
    const target = readlinkSync(link);
    return (
      target.endsWith(' (deleted)') && statSync(link).isFile() && !target.startsWith('/memfd:')
    );
  } catch {
    return false;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function descendantsOf(pid: number): readonly number[] {
  const children = namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in parentheses may contain anything, even parentheses; the fields after it can't.
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '');
    return Number(afterName.trim().split(' ')[1]);
  } catch {
    return undefined;
  }
}
