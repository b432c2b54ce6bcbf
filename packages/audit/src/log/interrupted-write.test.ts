import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { segmentsAmong } from '../chain/segment-name.ts';
import { faultyDisk, Killed } from '../testing/faulty-disk.ts';
import { appendReads, openTestLog, readOf, testDirectory } from '../testing/test-log.ts';

const ROTATING = { maxSegmentBytes: 900 } as const;
const EVENTS = 6;

/** The number of disk writes in the whole scenario, so that each can fail once. */
async function countChanges(): Promise<number> {
  await using directory = await testDirectory();
  const disk = faultyDisk(Infinity, 'kill');
  const log = await openTestLog(directory.path, { ...ROTATING, disk });
  await appendReads(log, 1, EVENTS);
  await log.close();
  return disk.changes;
}

test(
  'killed at any disk write: acknowledged records survive and the chain continues',
  { timeout: 60_000 },
  async () => {
    const changes = await countChanges();
    expect(changes).toBeGreaterThan(30);
    for (let at = 1; at <= changes; at += 1) {
      await using directory = await testDirectory();
      const log = await openTestLog(directory.path, { ...ROTATING, disk: faultyDisk(at, 'kill') });
      const acknowledged: number[] = [];
      const story = async (): Promise<void> => {
        for (let event = 1; event <= EVENTS; event += 1) {
          acknowledged.push(expectOk(await log.append(readOf(`secret-${event}`))).seq);
        }
      };
      await expect(story()).rejects.toThrow(Killed);
      await log.close();

      const next = await openTestLog(directory.path, ROTATING);
      const verdict = expectOk(await next.verify());
      const lastKnown = acknowledged.at(-1) ?? 0;
      expect(verdict.records, `killed at ${at}`).toBeGreaterThanOrEqual(lastKnown);
      expect(verdict.records).toBeLessThanOrEqual(lastKnown + 2);
      expectOk(await next.append(readOf('after')));
      const after = expectOk(await next.verify());
      expect(after).toMatchObject({ unvouched: 0, unfinishedBytes: 0 });
      const actions = expectOk(await next.tail(99)).map(({ action }) => action);
      expect(actions[0]).toBe('log.begin');
      expect(actions.filter((action) => action === 'log.begin')).toHaveLength(1);
      expect(actions.includes('log.repair')).toBe(verdict.unfinishedBytes > 0);
      await next.close();
    }
  },
);

test(
  'disk full at any write: returns a failure, and the next record continues the chain',
  { timeout: 60_000 },
  async () => {
    const changes = await countChanges();
    for (let at = 1; at <= changes; at += 1) {
      await using directory = await testDirectory();
      const log = await openTestLog(directory.path, { ...ROTATING, disk: faultyDisk(at, 'full') });
      const results = [];
      for (let event = 1; event <= EVENTS; event += 1) {
        results.push(await log.append(readOf(`secret-${event}`)));
      }
      const failures = results.flatMap((result) => (result.ok ? [] : [result.failure.reason]));
      expect(failures, `full at ${at}`).toEqual(['disk-full']);
      const written = results.flatMap((result) => (result.ok ? [result.value] : []));
      const names = expectOk(await log.tail(99)).flatMap(({ subject }) => subject ?? []);
      // Only a record whose last step failed may be there.
      expect(names).toEqual(expect.arrayContaining(written.map(({ subject }) => subject)));
      expect(names.length - written.length).toBeLessThanOrEqual(1);
      const { unvouched, unfinishedBytes } = expectOk(await log.verify());
      expect(unvouched).toBeLessThanOrEqual(names.length - written.length);
      expect(unfinishedBytes).toBe(0);
      await log.close();
    }
  },
);

describe('the remains of an interrupted write', () => {
  const LEFT = [
    ['half a line', '{"v":1,"seq":4,"time":"2025', true],
    ['NUL bytes, as after a power failure', '\0'.repeat(5000), true],
    ['NUL bytes and a line after them', `${'\0'.repeat(600)}\n{"v":1}\n`, true],
    ["a complete line that isn't genuine", '{"v":1,"seq":4}\n', false],
  ] as const;

  test.each(LEFT)('%s', async (_name, left, isRepaired) => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path);
    await appendReads(log, 1, 2);
    const segment = join(directory.path, 'audit-000000000001.jsonl');
    await appendFile(segment, left);
    const verdict = await log.verify();
    const appended = await log.append(readOf('after'));
    if (isRepaired) {
      expect(verdict).toMatchObject({ value: { records: 3, unfinishedBytes: left.length } });
      expect(expectOk(appended).seq).toBe(5);
      const [, repair] = expectOk(await log.tail(2)).toReversed();
      expect(repair).toMatchObject({ action: 'log.repair', count: left.length });
    } else {
      const broken = { reason: 'audit-damaged', broken: { kind: 'altered', line: 4, seq: 4 } };
      expect(verdict).toMatchObject({ failure: broken });
      expect(appended).toMatchObject({ failure: { reason: 'audit-damaged' } });
      expect((await stat(segment)).size).toBeGreaterThan(left.length);
    }
    await log.close();
  });

  test('repairs an empty next segment', async () => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path, { maxSegmentBytes: 500 });
    await appendReads(log, 1, 2);
    await appendFile(join(directory.path, 'audit-000000000004.jsonl'), '', { mode: 0o600 });
    expect(expectOk(await log.verify()).records).toBe(3);
    await appendReads(log, 3, 4);
    expect(segmentsAmong(await readdir(directory.path))).toContain('audit-000000000004.jsonl');
    expect(expectOk(await log.verify()).records).toBe(5);
    await log.close();
  });
});
