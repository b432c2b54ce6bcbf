import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An ext4 file system in a file, whose blocks can be searched. */
export interface LoopDisk extends Disposable {
  /** Where it is mounted. */
  readonly path: string;
  /** The file with its blocks. */
  readonly image: string;
  /** Writes everything to the image. */
  unmount(): void;
}

/** Returns why no ext4 image can be mounted here; undefined if one can. */
export function whyNoLoopDisk(): string | undefined {
  if (process.platform !== 'linux') return 'mounting an image needs Linux';
  try {
    mountLoopDisk()[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return `mounting an ext4 image needs root and loop devices: ${String(error)}`;
  }
}

const BYTES = 64 * 1024 * 1024;

export function mountLoopDisk(): LoopDisk {
  const directory = mkdtempSync(join(tmpdir(), 'postern-loop-'));
  const image = join(directory, 'image');
  const path = mkdtempSync(join(directory, 'mounted-'));
  let isMounted = false;
  const unmount = (): void => {
    if (isMounted) run('umount', path);
    isMounted = false;
  };
  try {
    writeFileSync(image, '');
    truncateSync(image, BYTES);
    run('mkfs.ext4', '-q', '-F', image);
    run('mount', '-o', 'loop', image, path);
    isMounted = true;
  } catch (error) {
    rmSync(directory, { recursive: true });
    throw error;
  }
  return {
    path,
    image,
    unmount,
    [Symbol.dispose]: () => {
      unmount();
      rmSync(directory, { recursive: true });
    },
  };
}

function run(command: string, ...parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`);
}
