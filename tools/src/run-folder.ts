import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A temporary directory for one test run, which detects what the tests leave behind. */
export interface RunFolder {
  readonly path: string;
  /** The files left in it and the processes started in it that still run, one line each. */
  leftovers(): Promise<readonly string[]>;
  remove(): void;
}

const ENDING_TRIES = 50;
const TRY_EVERY_MS = 100;

/** Creates the directory and sets `TMPDIR` to it, also for the processes that run the tests. */
export function openRunFolder(environment: Record<string, string | undefined>): RunFolder {
  const before = environment['TMPDIR'];
  // A short name, because socket paths are limited to 107 bytes.
  const path = mkdtempSync(join(tmpdir(), 'pt-'));
  environment['TMPDIR'] = path;
  // npm and TypeScript cache compiled code in the temporary directory.
  environment['NODE_DISABLE_COMPILE_CACHE'] = '1';
  return {
    path,
    leftovers: async () => [
      ...(await processesOf(path)),
      ...readdirSync(path).map((name) => `a file: ${join(path, name)}`),
    ],
    remove: () => {
      if (before === undefined) delete environment['TMPDIR'];
      else environment['TMPDIR'] = before;
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Processes that were asked to exit may need a moment. */
async function processesOf(path: string): Promise<readonly string[]> {
  for (let tries = 0; ; tries += 1) {
    const found = runningIn(path);
    if (found.length === 0 || tries === ENDING_TRIES) return found;
    await sleep(TRY_EVERY_MS);
  }
}

/**
 * Returns the processes with the directory in their environment, arguments or working directory
 * (Linux).
 */
function runningIn(path: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const at = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
        // The test runners are children of this process and end by themselves.
        if (Number(/\) \S (\d+)/.exec(at('stat'))?.[1]) === process.pid) return [];
        const words = at('cmdline').replaceAll('\0', ' ').trim();
        const known = [at('environ'), words, readlinkSync(`/proc/${pid}/cwd`)];
        return known.some((text) => text.includes(path)) ? [`process ${pid}: ${words}`] : [];
      } catch {
        // It has ended, or it belongs to another user.
        return [];
      }
    });
}
