import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAuditLog } from '@postern/audit';
import { expectOk, Secret } from '@postern/kernel';
import { expect, test } from 'vitest';

const KEY = 'c0ffee'.padEnd(64, '0');
const PROGRAM = new URL('append-until-killed.ts', import.meta.url).pathname;
const ROUNDS = 20;

/**
 * Runs two writers and kills both, the second a little later. Returns the highest acknowledged
 * number.
 */
async function writeAndKill(directory: string, flush: string, round: number): Promise<number> {
  const writers = [0, 1].map(() =>
    spawn(process.execPath, [PROGRAM, directory, KEY, flush], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  let printed = '';
  for (const { stdout } of writers)
    stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  while (!printed.includes('\n')) await sleep(5);
  const exits = writers.map((writer) => once(writer, 'close'));
  await sleep(round * 3);
  for (const writer of writers) {
    writer.kill('SIGKILL');
    await sleep(round % 5);
  }
  await Promise.all(exits);
  return Math.max(...printed.split('\n').map(Number));
}

test.each(['every-batch', 'by-system'])(
  'keeps every acknowledged record of two writers that are killed, flush %s',
  async (flush) => {
    const parent = await mkdtemp(join(tmpdir(), 'postern-kill-'));
    const directory = join(parent, 'audit');
    try {
      let known = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const acknowledged = await writeAndKill(directory, flush, round);
        expect(acknowledged).toBeGreaterThan(known);
        const log = expectOk(
          await openAuditLog({
            directory,
            key: Secret.of(KEY),
            clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
            actor: { uid: 0, pid: process.pid, executable: null },
          }),
        );
        const verdict = expectOk(await log.verify());
        expect(verdict.records).toBeGreaterThanOrEqual(acknowledged);
        known = verdict.records;
        await log.close();
      }
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  },
);
