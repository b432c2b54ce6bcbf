import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { segmentsAmong } from '../chain/segment-name.ts';
import { faultyDisk } from '../testing/faulty-disk.ts';
import { appendReads, openTestLog, readOf, testDirectory } from '../testing/test-log.ts';
import type { AuditLog } from './open-audit-log.ts';

describe('a damaged log', () => {
  /** Creates a log of ten records and damages it. Writers don't read the middle of a log. */
  async function damaged(path: string, how: 'cut off' | 'altered'): Promise<AuditLog> {
    const log = await openTestLog(path, { maxSegmentBytes: 1000 });
    await appendReads(log, 1, 9);
    const [first = '', ...others] = segmentsAmong(await readdir(path));
    if (how === 'cut off') await truncate(join(path, others.at(-1) ?? ''), 100);
    else {
      const text = await readFile(join(path, first), 'utf8');
      await writeFile(join(path, first), text.replace('secret-1', 'secret-2'));
    }
    return log;
  }

  test.each(['cut off', 'altered'] as const)(
    'that was %s accepts no records from any process once it is detected',
    async (how) => {
      await using directory = await testDirectory();
      const log = await damaged(directory.path, how);
      const failure = { ok: false, failure: { reason: 'audit-damaged' } };
      const found = await log.verify();
      expect(found).toMatchObject(failure);
      const before = await contentsOf(directory.path);
      const other = await openTestLog(directory.path);
      for (const each of [log, other]) expect(await each.append(readOf('x'))).toEqual(found);
      expect(await log.verify()).toEqual(found);
      expect(await contentsOf(directory.path)).toEqual(before);
      await log.close();
      await other.close();
    },
  );

  test('stays damaged after the damage is undone', async () => {
    await using directory = await testDirectory();
    const log = await damaged(directory.path, 'altered');
    expect(await log.verify()).toMatchObject({ ok: false });
    const [first = ''] = segmentsAmong(await readdir(directory.path));
    const text = await readFile(join(directory.path, first), 'utf8');
    await writeFile(join(directory.path, first), text.replace('secret-2', 'secret-1'));
    const failure = { reason: 'audit-damaged', broken: { kind: 'altered', line: 2, seq: 2 } };
    expect(await log.verify()).toMatchObject({ ok: false, failure });
    await log.close();
  });

  test.each(['cut off', 'altered'] as const)(
    'that was %s is kept as evidence, and the new log starts with the reason',
    async (how) => {
      await using directory = await testDirectory();
      const log = await damaged(directory.path, how);
      const before = await contentsOf(directory.path);
      const aside = expectOk(await log.setAside());
      const { directory: kept = '', broken } = aside ?? {};
      expect((await stat(kept)).mode & 0o777).toBe(0o700);
      const after = await contentsOf(kept);
      expect(after).toMatchObject(before);
      for (const name of Object.keys(after)) {
        expect((await stat(join(kept, name))).mode & 0o777, name).toBe(0o600);
      }
      expect(expectOk(await log.append(readOf('x'))).seq).toBe(2);
      expect(expectOk(await log.verify()).records).toBe(2);
      expect(expectOk(await log.tail(9))[0]).toMatchObject({
        action: 'log.set-aside',
        reason: 'AUDIT_DAMAGED',
        count: (broken?.seq ?? 0) - 1,
      });
      expect(expectOk(await log.setAside())).toBeUndefined();
      await log.close();
    },
  );

  test("isn't overwritten by another one set aside at the same time", async () => {
    await using directory = await testDirectory();
    const clock = { nowMs: () => 0, monotonicMs: () => performance.now() };
    const log = await openTestLog(directory.path, { clock });
    const kept: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      expectOk(await log.append(readOf(name)));
      await writeFile(join(directory.path, 'head.json'), '{}\n');
      kept.push(expectOk(await log.setAside())?.directory ?? '');
    }
    expect(new Set(kept).size).toBe(3);
    await log.close();
  });

  test.each(['kill', 'full'] as const)(
    'is set aside by the next call if a %s interrupts the first, and loses no line',
    { timeout: 60_000 },
    async (fault) => {
      for (let at = 1, isDone = false; !isDone; at += 1) {
        await using directory = await testDirectory();
        const { path } = directory;
        await (await damaged(path, 'altered')).close();
        const lines = await linesBelow(path);
        const disk = faultyDisk(at, fault);
        const first = await openTestLog(path, { disk });
        const cutOff = await first.setAside().catch(() => undefined);
        isDone = cutOff?.ok === true;
        await first.close();
        const second = await openTestLog(path);
        if (!isDone) {
          const failure = { reason: 'audit-damaged' };
          expect(await second.append(readOf('x')), `step ${at}`).toMatchObject({ failure });
          expect(expectOk(await second.setAside()), `step ${at}`).toBeDefined();
        }
        expectOk(await second.append(readOf('y')));
        expect(expectOk(await second.tail(9))[0]?.action).toBe('log.set-aside');
        expect(expectOk(await second.verify()).records).toBe(2);
        expect(await linesBelow(path)).toEqual(expect.arrayContaining([...lines]));
        await second.close();
      }
    },
  );
});

/** The content of each file of the log. */
async function contentsOf(path: string): Promise<Record<string, string>> {
  const names = (await readdir(path)).filter((name) => /^(audit-|head)/.test(name));
  const texts = names.map(
    async (name) => [name, await readFile(join(path, name), 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}

/** The lines of all segments in a directory and its subdirectories. */
async function linesBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const segments = entries.filter(({ name }) => segmentsAmong([name]).length > 0);
  const texts = segments.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8'));
  return (await Promise.all(texts)).flatMap((text) => text.split('\n'));
}
