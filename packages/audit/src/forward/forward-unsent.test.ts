import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, type Result } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import type { AuditLog } from '../log/open-audit-log.ts';
import { startReceiver, type TestReceiver } from '../testing/receiver.ts';
import { appendReads, openTestLog, readOf, testDirectory } from '../testing/test-log.ts';
import { forwardUnsent, type ForwardFailure, type Forwarded } from './forward-unsent.ts';

const OPTIONS = { maxSegmentBytes: 1500 };

async function forward(
  log: AuditLog,
  { port }: TestReceiver,
  target: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<Result<Forwarded, ForwardFailure>> {
  return await forwardUnsent({
    log,
    target: { host: '127.0.0.1', port, timeoutMs: 10_000, framing: 'line-feed', ...target },
    toMessage: ({ seq }) => String(seq),
  });
}

const numbers = (first: number, last: number): readonly string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => String(first + at));

describe('resuming after the last sent record', () => {
  test('works across segments and after the log is reopened', async () => {
    await using directory = await testDirectory();
    await using receiver = await startReceiver();
    for (const [first, last] of [
      [1, 12],
      [13, 13],
      [14, 40],
    ] as const) {
      const log = await openTestLog(directory.path, OPTIONS);
      await appendReads(log, Math.max(1, first - 1), last - 1);
      expect(expectOk(await log.unsent())).toMatchObject({ behind: last - first + 1 });
      expect(expectOk(await forward(log, receiver))).toEqual({
        sent: last - first + 1,
        isRestarted: false,
      });
      expect(expectOk(await forward(log, receiver))).toEqual({ sent: 0, isRestarted: false });
      expect(expectOk(await log.unsent())).toMatchObject({ behind: 0, sent: last, records: [] });
      await log.close();
    }
    expect(receiver.lines()).toEqual(numbers(1, 40));
  });

  test('sends a log in several batches and drops each batch after sending it', async () => {
    await using directory = await testDirectory();
    await using receiver = await startReceiver();
    const log = await openTestLog(directory.path, { flush: 'by-system' });
    const records = Array.from({ length: 2999 }, (_, at) => log.append(readOf(`secret-${at}`)));
    await Promise.all(records);
    const { records: first, behind } = expectOk(await log.unsent());
    expect(first.length).toBeLessThan(1500);
    expect(behind).toBe(3000);
    expect(expectOk(await forward(log, receiver))).toEqual({ sent: 3000, isRestarted: false });
    expect(receiver.lines()).toEqual(numbers(1, 3000));
    await log.close();
  });
});

describe('a receiver that', () => {
  test.each<readonly [string, Parameters<typeof startReceiver>[0], number]>([
    ['never reads', (socket) => (socket.pause(), 'left'), 200],
    ['reads and never closes', (socket) => (socket.resume(), 'left'), 200],
    ['closes immediately', (socket) => (socket.end(), 'left'), 10_000],
    ['resets the connection', (socket) => (socket.resetAndDestroy(), 'left'), 10_000],
    [
      'closes after it has read something',
      (socket) => (socket.once('data', () => socket.end()), 'left'),
      10_000,
    ],
  ])('%s: fails, then sends everything again', async (_, treat, timeoutMs) => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path, OPTIONS);
    await appendReads(log, 1, 20);
    {
      await using receiver = await startReceiver(treat);
      const failure = { reason: 'syslog-unreachable' };
      expect(await forward(log, receiver, { timeoutMs })).toMatchObject({ ok: false, failure });
    }
    await using receiver = await startReceiver();
    expect(expectOk(await forward(log, receiver))).toMatchObject({ sent: 21 });
    expect(receiver.lines()).toEqual(numbers(1, 21));
    await log.close();
  });

  test('closes every other connection: loses nothing', async () => {
    await using directory = await testDirectory();
    await using receiver = await startReceiver((socket, connection) => {
      if (connection % 2 === 0) return 'read';
      socket.end();
      return 'left';
    });
    const log = await openTestLog(directory.path, OPTIONS);
    for (let last = 1; last <= 3; last += 1) {
      await appendReads(log, last, last);
      expect((await forward(log, receiver)).ok).toBe(false);
      expect((await forward(log, receiver)).ok).toBe(true);
    }
    expect(receiver.lines()).toEqual(numbers(1, 4));
    await log.close();
  });
});

test('ends an aborted send immediately and repeats it later', async () => {
  await using directory = await testDirectory();
  const log = await openTestLog(directory.path);
  const stop = new AbortController();
  {
    await using receiver = await startReceiver((socket) => {
      socket.once('data', () => {
        stop.abort();
      });
      return 'read';
    });
    await appendReads(log, 1, 3);
    const { signal } = stop;
    expect(await forward(log, receiver, { signal })).toMatchObject({
      failure: { reason: 'syslog-unreachable', errno: 'ECANCELED' },
    });
  }
  expect(expectOk(await log.unsent())).toMatchObject({ sent: 0, behind: 4 });
  await log.close();
});

describe('a position that', () => {
  const flip = async (path: string): Promise<void> => {
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"seq":11', '"seq":99'));
  };
  test.each<readonly [string, (path: string) => Promise<void>]>([
    ['was altered', flip],
    ['has a newer version', (path) => writeFile(path, '{"v":2}\n')],
    ['was truncated', async (path) => writeFile(path, (await readFile(path)).subarray(0, 50))],
  ])('%s: sends everything again and reports it', async (_, change) => {
    await using directory = await testDirectory();
    await using receiver = await startReceiver();
    const log = await openTestLog(directory.path, OPTIONS);
    await appendReads(log, 1, 10);
    expectOk(await forward(log, receiver));
    await change(join(directory.path, 'forward.json'));
    expect(expectOk(await forward(log, receiver))).toEqual({ sent: 11, isRestarted: true });
    expect(receiver.lines()).toEqual([...numbers(1, 11), ...numbers(1, 11)]);
    await log.close();
  });

  test('is a link: refuses it', async () => {
    await using directory = await testDirectory();
    await using receiver = await startReceiver();
    const log = await openTestLog(directory.path, OPTIONS);
    await appendReads(log, 1, 1);
    await symlink(join(directory.path, 'head.json'), join(directory.path, 'forward.json'));
    const failure = { reason: 'unsafe-file' };
    expect(await forward(log, receiver)).toMatchObject({ ok: false, failure });
    expect(receiver.lines()).toEqual([]);
    await log.close();
  });
});

describe('a damaged log', () => {
  test('is sent once, up to the damage; after it is set aside, the new log is sent from its start', async () => {
    await using directory = await testDirectory();
    await using receiver = await startReceiver();
    const log = await openTestLog(directory.path);
    await appendReads(log, 1, 9);
    const path = join(directory.path, 'audit-000000000001.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('secret-6', 'secret-7'));
    const damaged = { ok: false, failure: { reason: 'audit-damaged' } };
    expect(await forward(log, receiver)).toMatchObject(damaged);
    expect(await forward(log, receiver)).toMatchObject(damaged);
    expect(receiver.lines()).toEqual(numbers(1, 6));
    expectOk(await log.setAside());
    await appendReads(log, 1, 20);
    expect(expectOk(await forward(log, receiver))).toEqual({ sent: 21, isRestarted: true });
    expect(receiver.lines()).toEqual([...numbers(1, 6), ...numbers(1, 21)]);
    await log.close();
  });

  test('that was truncated before the last sent record is reported as damaged, not as fully sent', async () => {
    await using directory = await testDirectory();
    await using receiver = await startReceiver();
    const log = await openTestLog(directory.path, OPTIONS);
    await appendReads(log, 1, 3);
    expectOk(await forward(log, receiver));
    await appendReads(log, 4, 12);
    const { records } = expectOk(await log.unsent());
    const segments = new Set(records.map(({ position }) => position.segment));
    const path = join(directory.path, 'audit-000000000001.jsonl');
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, 4);
    await writeFile(path, `${lines.join('\n')}\n`);
    for (const name of segments) {
      if (!path.endsWith(name)) await rm(join(directory.path, name));
    }
    expect(await forward(log, receiver)).toMatchObject({
      failure: { reason: 'audit-damaged', broken: { kind: 'truncated', seq: 5 } },
    });
    await log.close();
  });
});
