import { chmod, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, Fault, Secret } from '@postern/kernel';
import type { AuditEvent } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { appendReads, openTestLog, readOf, testDirectory } from '../testing/test-log.ts';
import { openAuditLog } from './open-audit-log.ts';

describe('appending and reading', () => {
  test('returns records as written, after the record that starts the log', async () => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path);
    const written = expectOk(
      await log.append({
        ...readOf('openai'),
        outcome: 'denied',
        reason: 'VAULT_LOCKED',
        count: 3,
      }),
    );
    expect(written).toMatchObject({
      seq: 2,
      action: 'secret.read',
      outcome: 'denied',
      reason: 'VAULT_LOCKED',
      count: 3,
      actor: { uid: 1000, pid: 4242, executable: '/usr/bin/postern' },
      subject: { kind: 'secret', name: 'openai' },
    });
    const records = expectOk(await log.tail(10));
    expect(records.map(({ action }) => action)).toEqual(['log.begin', 'secret.read']);
    expect(records[1]).toEqual(written);
    expect(await log.verify()).toEqual({
      ok: true,
      value: { records: 2, segments: 1, unvouched: 0, unfinishedBytes: 0 },
    });
    await log.close();
  });

  test('is empty and intact before the first write', async () => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path);
    expect(expectOk(await log.tail(5))).toEqual([]);
    expect(expectOk(await log.verify())).toMatchObject({ records: 0, segments: 0 });
    await log.close();
  });

  test('lets only the owner read, with any umask: files 0600, directory 0700', async () => {
    await using directory = await testDirectory();
    const before = process.umask(0);
    try {
      const log = await openTestLog(directory.path);
      await appendReads(log, 1, 2);
      await log.close();
    } finally {
      process.umask(before);
    }
    expect((await stat(directory.path)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(directory.path)) {
      expect((await stat(join(directory.path, name))).mode & 0o777, name).toBe(0o600);
    }
  });

  test('continues the chain across segments and processes', async () => {
    await using directory = await testDirectory();
    const options = { maxSegmentBytes: 1000 };
    for (const [first, last] of [
      [1, 7],
      [8, 15],
    ] as const) {
      const log = await openTestLog(directory.path, options);
      await appendReads(log, first, last);
      await log.close();
    }
    const log = await openTestLog(directory.path, options);
    const verdict = expectOk(await log.verify());
    expect(verdict.records).toBe(16);
    expect(verdict.segments).toBeGreaterThan(3);
    for (const count of [0, 1, 5, 15, 16, 99]) {
      const names = expectOk(await log.tail(count)).map(({ subject, action }) =>
        subject?.kind === 'secret' ? subject.name : action,
      );
      const all = ['log.begin', ...Array.from({ length: 15 }, (_, at) => `secret-${at + 1}`)];
      expect(names).toEqual(all.slice(all.length - Math.min(count, all.length)));
    }
    const seen: number[] = [];
    expectOk(await log.forEach(({ seq }) => seen.push(seq)));
    expect(seen).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
    await log.close();
  });

  test('keeps the order of a hundred concurrent events', async () => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path, { maxSegmentBytes: 4000 });
    const events = Array.from({ length: 100 }, (_, at) => readOf(`secret-${at}`));
    const written = await Promise.all(events.map((event) => log.append(event)));
    expect(written.map((result) => expectOk(result).seq)).toEqual(events.map((_, at) => at + 2));
    expect(expectOk(await log.verify()).records).toBe(101);
    await log.close();
  });

  test('writes one chain with two open logs', async () => {
    await using directory = await testDirectory();
    const options = { maxSegmentBytes: 2000 };
    const one = await openTestLog(directory.path, options);
    const two = await openTestLog(directory.path, options);
    const writes = Array.from({ length: 40 }, (_, at) =>
      (at % 2 === 0 ? one : two).append(readOf(`secret-${at}`)),
    );
    const reads = [one.verify(), two.verify(), one.tail(3)];
    expect((await Promise.all([...writes, ...reads])).filter(({ ok }) => !ok)).toEqual([]);
    expect(expectOk(await two.verify()).records).toBe(41);
    await one.close();
    await two.close();
  });

  test('stores the head elsewhere', async () => {
    await using directory = await testDirectory();
    const headPath = `${directory.path}-elsewhere/head.json`;
    const log = await openTestLog(directory.path, { headPath });
    await appendReads(log, 1, 3);
    expect(await readdir(directory.path)).not.toContain('head.json');
    expect(expectOk(await log.verify()).records).toBe(4);
    await log.close();
  });

  test('writes the same without flushing', async () => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path, { flush: 'by-system' });
    await appendReads(log, 1, 3);
    expect(expectOk(await log.verify())).toMatchObject({ records: 4, unvouched: 0 });
    await log.close();
  });
});

describe('errors', () => {
  test('throws for an invalid key', async () => {
    await using directory = await testDirectory();
    await expect(openTestLog(directory.path, { key: Secret.of('short') })).rejects.toThrow(Fault);
  });

  test('reports an altered head for a different key', async () => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path);
    await appendReads(log, 1, 1);
    await log.close();
    const other = await openTestLog(directory.path, { key: Secret.of('ab'.repeat(32)) });
    const expected = { reason: 'audit-damaged', broken: { kind: 'head-altered' } };
    expect(await other.append(readOf('x'))).toMatchObject({ ok: false, failure: expected });
    expect(await other.verify()).toMatchObject({ ok: false, failure: expected });
    await other.close();
  });

  test.each([
    ['a segment that is a link', 'symlink'],
    ['a segment that others can read', 'open-to-others'],
  ] as const)('%s', async (_name, problem) => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path);
    await appendReads(log, 1, 1);
    const segment = join(directory.path, 'audit-000000000001.jsonl');
    if (problem === 'symlink') {
      await rename(segment, `${segment}.moved`);
      await symlink(`${segment}.moved`, segment);
    } else {
      await chmod(segment, 0o644);
    }
    const failure = { reason: 'unsafe-file', path: segment, problem };
    expect(await log.append(readOf('x'))).toEqual({ ok: false, failure });
    expect(await log.verify()).toEqual({ ok: false, failure });
    await log.close();
  });

  test('refuses a head of a newer version', async () => {
    await using directory = await testDirectory();
    const log = await openTestLog(directory.path);
    await appendReads(log, 1, 1);
    await writeFile(join(directory.path, 'head.json'), '{"v":2,"roots":[]}\n');
    const failure = { reason: 'audit-version-unknown', file: 'head.json' };
    expect(await log.append(readOf('x'))).toEqual({ ok: false, failure });
    await log.close();
  });

  test('refuses a file instead of the directory', async () => {
    await using directory = await testDirectory();
    await writeFile(directory.path, '');
    const opened = await openAuditLog({
      directory: directory.path,
      key: Secret.of('ab'.repeat(32)),
      clock: { nowMs: () => 0, monotonicMs: () => 0 },
      actor: { uid: null, pid: 1, executable: null },
    });
    expect(opened).toMatchObject({ ok: false, failure: { problem: 'not-a-directory' } });
  });

  test('fails if a second writer waits too long', async () => {
    await using directory = await testDirectory();
    const holder = await openTestLog(directory.path);
    await appendReads(holder, 1, 1);
    const { DatabaseSync } = await import('node:sqlite');
    using foreign = new DatabaseSync(join(directory.path, 'lock'));
    foreign.exec('BEGIN EXCLUSIVE');
    const waiting = await openTestLog(directory.path, { lockWaitMs: 30 });
    expect(await waiting.append(readOf('x'))).toEqual({
      ok: false,
      failure: { reason: 'audit-busy' },
    });
    foreign.exec('ROLLBACK');
    expectOk(await waiting.append(readOf('x')));
    await waiting.close();
    await holder.close();
  });
});

test('accepts no free text or secret in any field of an event', () => {
  const secret = Secret.of('sk-test');
  const events: readonly AuditEvent[] = [
    // @ts-expect-error -- an action is a word of the table
    { action: 'something', outcome: 'success' },
    // @ts-expect-error -- a reason is a code
    { action: 'secret.read', outcome: 'failure', reason: 'the key sk-test is wrong' },
    // @ts-expect-error -- a name is made by its parser
    { action: 'secret.read', outcome: 'success', subject: { kind: 'secret', name: 'sk-test' } },
    // @ts-expect-error -- a secret is no name
    { action: 'secret.read', outcome: 'success', subject: { kind: 'secret', name: secret } },
    // @ts-expect-error -- there is no field for a message
    { action: 'secret.read', outcome: 'success', message: 'sk-test' },
  ];
  expect(events).toHaveLength(5);
});
