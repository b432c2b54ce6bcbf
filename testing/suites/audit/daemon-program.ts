import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A daemon's program, and how to start it from where it lies. */
export interface DaemonProgram {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The root of its package, if it is not installed. */
  readonly root: string;
}

/**
 * Finds the program, or takes it out of its Debian packages into a directory of its own. The two
 * syslog daemons cannot both be installed: each of their packages removes the other.
 */
export async function daemonProgram(
  name: string,
  packages: readonly string[],
): Promise<DaemonProgram | undefined> {
  const installed = await firstThatExists(
    [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].map(
      (directory) => join(directory, name),
    ),
  );
  if (installed !== undefined) return { path: installed, environment: {}, root: '' };
  const root = join(tmpdir(), `postern-testing-${name}-${process.getuid?.() ?? 0}`);
  const path = join(root, 'usr', 'sbin', name);
  if ((await firstThatExists([path])) === undefined && !(await unpack(root, packages))) {
    return undefined;
  }
  const libraries = join(root, 'usr', 'lib', 'x86_64-linux-gnu');
  return { path, environment: { LD_LIBRARY_PATH: libraries }, root };
}

async function unpack(root: string, packages: readonly string[]): Promise<boolean> {
  const partial = `${root}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await run('apt-get', ['download', '-qq', ...packages], { cwd: partial });
    for (const file of await readdir(partial)) {
      await run('dpkg-deb', ['--extract', join(partial, file), partial]);
    }
    await rename(partial, root);
    return true;
  } catch {
    return false;
  }
}

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await access(path);
      return path;
    } catch {
      // Not there: the next one.
    }
  }
  return undefined;
}
