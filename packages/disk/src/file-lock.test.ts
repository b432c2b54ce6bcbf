import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expectOk, failed, ok, type Clock } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { fileLock } from './file-lock.ts';
import { systemClock, temporaryDirectory } from './testing/test-world.ts';

/** A clock that advances at each call, so that waiting for a lock ends after a few calls. */
function hastyClock() {
  let now = 0;
  return { nowMs: () => now, monotonicMs: () => (now += 4000) };
}

const lockOf = (path: string, clock: Clock = systemClock) =>
  fileLock(path, { clock, waitMs: 30_000, toFailure: (failure) => failure });

describe('a file lock', () => {
  it('runs one piece of work at a time, in the same process too', async () => {
    const path = join(await temporaryDirectory(), 'vault.lock');
    let [inside, most, done] = [0, 0, 0];
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await setImmediate();
      inside -= 1;
      done += 1;
      return ok();
    };
    const locks = [lockOf(path), lockOf(path)];
    await Promise.all(locks.flatMap((lock) => Array.from({ length: 6 }, () => lock.hold(work))));
    expect([most, done]).toEqual([1, 12]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is released when the work fails or throws', async () => {
    const lock = lockOf(join(await temporaryDirectory(), 'vault.lock'));
    const failure = failed({ reason: 'disk-full', path: '/' } as const);
    expect(await lock.hold(() => Promise.resolve(failure))).toEqual(failure);
    await expect(lock.hold(() => Promise.reject(new Error('fault')))).rejects.toThrow('fault');
    expect(await lock.hold(() => Promise.resolve(ok(1)))).toEqual(ok(1));
  });

  it('is busy while another process holds it, and free once that process is killed', async () => {
    const path = join(await temporaryDirectory(), 'vault.lock');
    const script = `
      const { fileLock } = await import(${JSON.stringify(join(import.meta.dirname, 'file-lock.ts'))});
      const clock = { nowMs: () => 0, monotonicMs: () => 0 };
      const toFailure = (failure) => failure;
      await fileLock(process.argv[1], { clock, waitMs: 30_000, toFailure }).hold(async () => {
        process.stdout.write('held');
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, path]);
    try {
      expect(String(await once(holder.stdout, 'data'))).toBe('held');
      const work = () => Promise.resolve(ok());
      expect(await lockOf(path, hastyClock()).hold(work)).toEqual(
        failed({ reason: 'lock-held', path }),
      );
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      expectOk(await lockOf(path, hastyClock()).hold(work));
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it("reports why it can't be taken", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'vault.lock');
    await writeFile(path, 'not a lock'.repeat(500));
    const work = () => Promise.resolve(ok());
    expect(await lockOf(path).hold(work)).toEqual(failed({ reason: 'lock-damaged', path }));
    const missing = join(directory, 'nowhere', 'vault.lock');
    expect(await lockOf(missing).hold(work)).toMatchObject({
      failure: { reason: 'storage-failed', errno: 'ENOENT' },
    });
  });
});
