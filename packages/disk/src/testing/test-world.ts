import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Randomness } from '@postern/kernel';
import { onTestFinished } from 'vitest';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const systemRandomness: Randomness = { bytes: (count) => randomBytes(count) };

/** An empty directory that is removed after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-disk-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The files of a directory with their bytes in hexadecimal, to compare before and after. */
export async function snapshot(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(directory)).sort();
  const files = names.map(
    async (name) => [name, (await readFile(join(directory, name))).toString('hex')] as const,
  );
  return Object.fromEntries(await Promise.all(files));
}
