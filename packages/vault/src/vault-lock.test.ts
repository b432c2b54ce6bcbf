import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeLock } from '@postern/disk';
import { expectOk, failed, ok } from '@postern/kernel';
import { expect, it } from 'vitest';
import { systemClock, temporaryDirectory } from './testing/test-world.ts';
import { vaultLock } from './vault-lock.ts';

const work = () => Promise.resolve(ok());

it('is busy while another process holds it', async () => {
  const path = join(await temporaryDirectory(), 'vault.lock');
  const held = expectOk(takeLock(path));
  let now = 0;
  const hastyClock = { nowMs: () => now, monotonicMs: () => (now += 16_000) };
  expect(await vaultLock(path, hastyClock).hold(work)).toEqual(failed({ reason: 'vault-busy' }));
  held.release();
  expectOk(await vaultLock(path, hastyClock).hold(work));
});

it("is damaged if the file isn't a lock file", async () => {
  const path = join(await temporaryDirectory(), 'vault.lock');
  await writeFile(path, 'not a lock'.repeat(500));
  expect(await vaultLock(path, systemClock).hold(work)).toEqual(
    failed({ reason: 'vault-damaged', file: path, damage: 'malformed' }),
  );
});
