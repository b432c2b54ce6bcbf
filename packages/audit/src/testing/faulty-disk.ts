import { nodeLogDisk, type DiskFailure, type LogDisk } from '@postern/disk';
import { failed, type Result } from '@postern/kernel';

/** Thrown at the point where the process would have been killed. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * This machine's disk, on which the `at`-th change (counting from 1) fails halfway: with `kill`,
 * nothing works afterwards; with `full`, it fails for lack of space.
 */
export function faultyDisk(at: number, fault: 'kill' | 'full'): LogDisk & { changes: number } {
  const disk = { ...nodeLogDisk, changes: 0 };
  const change = async (
    path: string,
    whole: () => Promise<Result<undefined, DiskFailure>>,
    half: () => Promise<unknown>,
  ): Promise<Result<undefined, DiskFailure>> => {
    disk.changes += 1;
    if (disk.changes < at || (fault === 'full' && disk.changes > at)) return await whole();
    if (disk.changes === at) await half();
    if (fault === 'kill') throw new Killed();
    return failed({ reason: 'disk-full', path });
  };
  const nothing = (): Promise<undefined> => Promise.resolve(undefined);
  const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, Math.floor(bytes.length / 2));
  const real = nodeLogDisk;
  return Object.assign(disk, {
    append: (path: string, bytes: Uint8Array) =>
      change(
        path,
        () => real.append(path, bytes),
        () => real.append(path, part(bytes)),
      ),
    write: (path: string, bytes: Uint8Array) =>
      change(
        path,
        () => real.write(path, bytes),
        () => real.write(path, part(bytes)),
      ),
    truncate: (path: string, bytes: number) =>
      change(path, () => real.truncate(path, bytes), nothing),
    sync: (path: string) => change(path, () => real.sync(path), nothing),
    rename: (from: string, to: string) => change(to, () => real.rename(from, to), nothing),
  });
}
