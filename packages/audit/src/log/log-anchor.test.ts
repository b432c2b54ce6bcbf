import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { segmentsAmong } from '../chain/segment-name.ts';
import { appendReads, openTestLog, readOf, testDirectory } from '../testing/test-log.ts';
import type { AnchorPort, LogAnchor } from './log-anchor.ts';
import type { AuditLog } from './open-audit-log.ts';

/** An anchor that isn't stored with the log. */
function anchorPort(): AnchorPort & { kept: LogAnchor | undefined } {
  const port: AnchorPort & { kept: LogAnchor | undefined } = {
    kept: undefined,
    read: () => Promise.resolve(ok(port.kept)),
    keep: (anchor, isNewLog) => {
      if (isNewLog || anchor.count > (port.kept?.count ?? 0)) port.kept = anchor;
      return Promise.resolve(ok());
    },
  };
  return port;
}

const OPTIONS = { maxSegmentBytes: 1500 };

/** A log of 20 records, a copy with the first 10, and an anchor of all 20. */
async function anchored(path: string): Promise<AnchorPort & { kept: LogAnchor | undefined }> {
  const anchor = anchorPort();
  const log = await openTestLog(path, { ...OPTIONS, anchor });
  await appendReads(log, 1, 9);
  await cp(path, `${path}-older`, { recursive: true });
  await appendReads(log, 10, 19);
  expectOk(await log.keepAnchor());
  expect(anchor.kept?.count).toBe(20);
  await log.close();
  return anchor;
}

async function putBack(path: string): Promise<void> {
  await rm(path, { recursive: true });
  await cp(`${path}-older`, path, { recursive: true });
}

/** Appends to the log as a process with its key but without an anchor. */
async function goOn(path: string, records: number): Promise<void> {
  const log = await openTestLog(path, OPTIONS);
  await appendReads(log, 50, 49 + records);
  await log.close();
}

describe('a log with an anchor', () => {
  test.each<readonly [string, string, (path: string) => Promise<void>]>([
    ['deleted', 'deleted', (path) => rm(path, { recursive: true })],
    [
      'deleted and started again',
      'rolled-back',
      async (path) => {
        await rm(path, { recursive: true });
        await goOn(path, 3);
      },
    ],
    ['replaced by an older copy', 'rolled-back', putBack],
    [
      'put back and gone on with to the same count',
      'forked',
      async (path) => {
        await putBack(path);
        await goOn(path, 10);
      },
    ],
    [
      'put back and gone on with to a higher count',
      'forked',
      async (path) => {
        await putBack(path);
        await goOn(path, 40);
      },
    ],
    [
      'cut off together with its head',
      'rolled-back',
      async (path) => {
        await cp(`${path}-older/head.json`, `${path}/head.json`);
        for (const name of segmentsAmong(await readdir(path))) {
          const older = await readFile(`${path}-older/${name}`).catch(() => undefined);
          if (older === undefined) await rm(join(path, name));
          else await truncate(join(path, name), older.length);
        }
      },
    ],
  ])('reports a log that was %s as damaged to readers and writers', async (_, kind, change) => {
    await using directory = await testDirectory();
    const anchor = await anchored(directory.path);
    await change(directory.path);
    const damage = { failure: { reason: 'audit-damaged', broken: { kind, seq: 20 } } };
    const works: readonly ((log: AuditLog) => Promise<unknown>)[] = [
      (log) => log.verify(),
      (log) => log.append(readOf('x')),
      (log) => log.keepAnchor(),
    ];
    for (const work of works) {
      await rm(join(directory.path, 'damaged.json'), { force: true });
      const log = await openTestLog(directory.path, { ...OPTIONS, anchor });
      expect(await work(log)).toMatchObject(damage);
      expect(await log.append(readOf('y'))).toMatchObject(damage);
      await log.close();
    }
    const log = await openTestLog(directory.path, { ...OPTIONS, anchor });
    expect(expectOk(await log.setAside())?.broken).toMatchObject({ kind });
    expect(anchor.kept?.count).toBe(1);
    await appendReads(log, 1, 3);
    expectOk(await log.keepAnchor());
    expect(expectOk(await log.verify()).records).toBe(4);
    await log.close();
  });

  test('is intact if the process was killed between its last records and the next anchor', async () => {
    await using directory = await testDirectory();
    const anchor = await anchored(directory.path);
    await goOn(directory.path, 5);
    const head = await readFile(join(directory.path, 'head.json'));
    await goOn(directory.path, 2);
    // The last two records are complete, but the head wasn't updated.
    await writeFile(join(directory.path, 'head.json'), head);
    const log = await openTestLog(directory.path, { ...OPTIONS, anchor });
    expect(expectOk(await log.verify())).toMatchObject({ records: 27, unvouched: 2 });
    expectOk(await log.append(readOf('x')));
    expectOk(await log.keepAnchor());
    expect(anchor.kept?.count).toBe(28);
    await log.close();
  });

  test('is anchored while other processes write, without moving the anchor back', async () => {
    await using directory = await testDirectory();
    const anchor = anchorPort();
    const logs = await Promise.all(
      [1, 2, 3].map(() => openTestLog(directory.path, { ...OPTIONS, anchor })),
    );
    const counts: number[] = [];
    await Promise.all(
      logs.map(async (log) => {
        for (let at = 1; at <= 8; at += 1) {
          expectOk(await log.append(readOf(`secret-${at}`)));
          expectOk(await log.keepAnchor());
          counts.push(anchor.kept?.count ?? 0);
        }
      }),
    );
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    expect(anchor.kept?.count).toBe(25);
    for (const log of logs) expectOk(await log.verify());
    for (const log of logs) await log.close();
  });

  test("accepts no record if its anchor can't be read", async () => {
    await using directory = await testDirectory();
    const anchor = { ...anchorPort(), read: () => Promise.resolve(failed(LOCKED)) };
    const log = await openTestLog(directory.path, { anchor });
    const failure = { reason: 'audit-anchor', code: 'VAULT_LOCKED' };
    expect(await log.append(readOf('x'))).toEqual({ ok: false, failure });
    await log.close();
  });

  test('keeps an anchor that is recent enough', async () => {
    await using directory = await testDirectory();
    const anchor = await anchored(directory.path);
    let nowMs = anchor.kept?.atMs ?? 0;
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
    const log = await openTestLog(directory.path, { ...OPTIONS, anchor, clock });
    expectOk(await log.append(readOf('x')));
    nowMs += 59_999;
    expectOk(await log.keepAnchor(60_000));
    expect(anchor.kept?.count).toBe(20);
    nowMs += 1;
    expectOk(await log.keepAnchor(60_000));
    expect(anchor.kept?.count).toBe(21);
    await log.close();
  });
});

const LOCKED = { reason: 'locked', code: 'VAULT_LOCKED' } as const;
