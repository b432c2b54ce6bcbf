import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary home directory, and the environment of a program that uses it. */
export interface FreshHome extends Disposable {
  readonly path: string;
  /** HOME, XDG_RUNTIME_DIR (0700), TMPDIR, PATH and a UTF-8 locale; no display, no session bus. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Creates a home directory that contains no file of the user who runs the tests. */
export function freshHome(): FreshHome {
  const path = mkdtempSync(join(tmpdir(), 'postern-home-'));
  const runtime = join(path, 'run');
  const temporary = join(path, 'tmp');
  for (const directory of [runtime, temporary]) mkdirSync(directory, { mode: 0o700 });
  return {
    path,
    environment: {
      HOME: path,
      XDG_RUNTIME_DIR: runtime,
      TMPDIR: temporary,
      // The tests' own Node comes first: the product is made for that version.
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
      LANG: 'C.UTF-8',
    },
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
