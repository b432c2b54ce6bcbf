import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expectOk, failed, ok } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { systemClock, temporaryDirectory } from '../testing/test-world.ts';
import { fileLock } from './vault-lock.ts';

/** A clock on which the wait for a lock is over after a few looks at it. */
function hastyClock() {
  let now = 0;
  return { nowMs: () => now, monotonicMs: () => (now += 4000) };
}

describe('the lock of a vault', () => {
  it('lets one in at a time, in the same process too', async () => {
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
    const locks = [fileLock(path, systemClock), fileLock(path, systemClock)];
    await Promise.all(locks.flatMap((lock) => Array.from({ length: 6 }, () => lock.hold(work))));
    expect([most, done]).toEqual([1, 12]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is given back when the work fails or throws', async () => {
    const lock = fileLock(join(await temporaryDirectory(), 'vault.lock'), systemClock);
    const failure = failed({ reason: 'vault-locked' } as const);
    expect(await lock.hold(() => Promise.resolve(failure))).toEqual(failure);
    await expect(lock.hold(() => Promise.reject(new Error('fault')))).rejects.toThrow('fault');
    expect(await lock.hold(() => Promise.resolve(ok(1)))).toEqual(ok(1));
  });

  it('is busy while another process holds it, and free the moment that one is killed', async () => {
    const path = join(await temporaryDirectory(), 'vault.lock');
    const script = `
      const { fileLock } = await import(${JSON.stringify(join(import.meta.dirname, 'vault-lock.ts'))});
      const clock = { nowMs: () => 0, monotonicMs: () => 0 };
      await fileLock(process.argv[1], clock).hold(async () => {
        process.stdout.write('held');
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, path]);
    try {
      expect(String(await once(holder.stdout, 'data'))).toBe('held');
      const work = () => Promise.resolve(ok());
      expect(await fileLock(path, hastyClock()).hold(work)).toEqual(
        failed({ reason: 'vault-busy' }),
      );
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      expectOk(await fileLock(path, hastyClock()).hold(work));
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('says what keeps it from being taken', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'vault.lock');
    await writeFile(path, 'not a lock'.repeat(500));
    const work = () => Promise.resolve(ok());
    expect(await fileLock(path, systemClock).hold(work)).toEqual(
      failed({ reason: 'vault-damaged', file: path, damage: 'malformed' }),
    );
    const missing = join(directory, 'nowhere', 'vault.lock');
    expect(await fileLock(missing, systemClock).hold(work)).toMatchObject({
      failure: { reason: 'storage-failed', errno: 'ENOENT' },
    });
  });
});
