import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { AuditRecordSchema } from '@postern/protocol';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrokenLink } from '../audit-failure.ts';
import { deriveAuditKeys } from '../chain/audit-keys.ts';
import { sealHead } from '../chain/head.ts';
import { sealLine } from '../chain/record-line.ts';
import { segmentsAmong } from '../chain/segment-name.ts';
import { memoryDisk } from '../testing/memory-disk.ts';
import { appendReads, openTestLog, readOf, testDirectory, TEST_KEY } from '../testing/test-log.ts';
import type { AuditLog } from './open-audit-log.ts';

/*
 * A log of seven records in segments of two, changed on the disk in every way that is possible without
 * the key.
 */

let directory: Awaited<ReturnType<typeof testDirectory>>;
let log: AuditLog;
let original: ReadonlyMap<string, Uint8Array>;
let segments: readonly string[];
const files = new Map<string, Uint8Array>();
const pathOf = (name: string): string => join(directory.path, name);

beforeAll(async () => {
  directory = await testDirectory();
  await mkdir(directory.path);
  log = await openTestLog(directory.path, { maxSegmentBytes: 500, disk: memoryDisk(files) });
  await appendReads(log, 1, 6);
  original = new Map(files);
  segments = segmentsAmong([...files.keys()].map((path) => basename(path)));
  expect(segments.length).toBe(4);
});

afterAll(async () => {
  await log.close();
  await directory[Symbol.asyncDispose]();
});

const bytesOf = (name: string): Buffer => Buffer.from(original.get(pathOf(name)) ?? []);
const linesOf = (name: string): string[] => bytesOf(name).toString().split('\n').slice(0, -1);
const textOf = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''));
const firstSeq = (name: string): number => Number(name.slice(6, 18));

/** The result of `verify` after replacing files (undefined removes a file). */
async function brokenWith(
  changes: ReadonlyMap<string, Uint8Array | undefined>,
): Promise<BrokenLink | string> {
  for (const [name, bytes] of changes) {
    if (bytes === undefined) files.delete(pathOf(name));
    else files.set(pathOf(name), bytes);
  }
  const verdict = await log.verify();
  files.clear();
  for (const [path, bytes] of original) files.set(path, bytes);
  if (verdict.ok) return 'whole';
  const { failure } = verdict;
  return failure.reason === 'audit-damaged' ? failure.broken : failure.reason;
}

const lineOfByte = (bytes: Buffer, at: number): number =>
  bytes.subarray(0, at).toString('latin1').split('\n').length;

/** Undefined if the change was found in that line as one of these kinds; otherwise the actual result. */
async function missed(
  name: string,
  changed: Uint8Array,
  line: number,
  kinds: readonly string[],
): Promise<unknown> {
  const found = await brokenWith(new Map([[name, changed]]));
  if (typeof found === 'string') return found;
  const isRight =
    found.file === name && found.line === line && found.seq === firstSeq(name) + line - 1;
  return isRight && kinds.includes(found.kind) ? undefined : { found, name, line };
}

test('finds an unchanged log intact', async () => {
  expect(await brokenWith(new Map())).toBe('whole');
});

describe('every byte', { timeout: 60_000 }, () => {
  /** Makes a change at every byte of every segment and returns those that weren't detected. */
  async function allMissed(
    change: (before: Buffer, after: Buffer, at: number) => Buffer,
    kinds: readonly string[],
  ): Promise<unknown[]> {
    const wrong: unknown[] = [];
    for (const name of segments) {
      const bytes = bytesOf(name);
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = change(bytes.subarray(0, at), bytes.subarray(at), at);
        const result = await missed(name, changed, lineOfByte(bytes, at), kinds);
        if (result !== undefined) wrong.push(result);
      }
    }
    return wrong;
  }

  test('detects a changed byte, in its line', async () => {
    const change = (before: Buffer, [byte = 0, ...after]: Buffer, at: number): Buffer =>
      Buffer.concat([before, Buffer.of(byte ^ (1 << (at % 8)), ...after)]);
    expect(await allMissed(change, ['altered', 'truncated'])).toEqual([]);
  });

  test('detects a removed or inserted byte, in its line', async () => {
    const change = (before: Buffer, after: Buffer, at: number): Buffer =>
      at % 2 === 0
        ? Buffer.concat([before, after.subarray(1)])
        : Buffer.concat([before, Buffer.of(at % 256), after]);
    expect(await allMissed(change, ['altered', 'truncated', 'inserted'])).toEqual([]);
  });

  test('detects a truncation, at the first missing record', async () => {
    const wrong: unknown[] = [];
    for (const name of segments) {
      const bytes = bytesOf(name);
      const kinds = name === segments.at(-1) ? ['truncated'] : ['removed', 'altered'];
      for (let at = 0; at < bytes.length; at += 1) {
        const found = await brokenWith(new Map([[name, bytes.subarray(0, at)]]));
        const missing = firstSeq(name) + lineOfByte(bytes, at) - 1;
        const isRight =
          typeof found !== 'string' && found.seq === missing && kinds.includes(found.kind);
        if (!isRight) wrong.push({ name, at, found });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('detects a changed or truncated head', async () => {
    const head = bytesOf('head.json');
    for (let at = 0; at < head.length; at += 1) {
      const changed = Buffer.from(head);
      changed[at] = (head[at] ?? 0) ^ (1 << (at % 8));
      for (const bytes of [changed, head.subarray(0, at)]) {
        const found = await brokenWith(new Map([['head.json', bytes]]));
        const isVersion = found === 'audit-version-unknown';
        if (!isVersion) expect(found).toMatchObject({ kind: 'head-altered', file: 'head.json' });
      }
    }
  });
});

/** Like an incomplete write: all acknowledged bytes are there, so the log is intact. */
function onlyAddsAnUnfinishedLine(bytes: Buffer, changed: Buffer): boolean {
  const added = changed.subarray(bytes.length);
  return changed.subarray(0, bytes.length).equals(bytes) && !added.includes('\n');
}

test('detects any changed bytes, and reports no line before them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(segments.length - 1),
      fc.nat(5000),
      fc.nat(600),
      fc.uint8Array({ maxLength: 400 }),
      async (segment, from, removed, inserted) => {
        const name = segments[segment] ?? '';
        const bytes = bytesOf(name);
        const at = from % bytes.length;
        const changed = Buffer.concat([
          bytes.subarray(0, at),
          inserted,
          bytes.subarray(at + removed),
        ]);
        const isLast = segment === segments.length - 1;
        if (changed.equals(bytes) || (isLast && onlyAddsAnUnfinishedLine(bytes, changed))) return;
        const found = await brokenWith(new Map([[name, changed]]));
        const least = firstSeq(name) + lineOfByte(bytes, at) - 1;
        expect(typeof found === 'string' ? found : found.seq).toBeGreaterThanOrEqual(least);
      },
    ),
    { numRuns: 300 },
  );
});

describe('lines', () => {
  const edit = (name: string, change: (lines: string[]) => readonly string[]) =>
    brokenWith(new Map([[name, textOf(change(linesOf(name)))]]));
  const second = (): string => segments[1] ?? '';
  const last = (): string => segments.at(-1) ?? '';

  test('detects two swapped lines', async () => {
    for (const name of segments.filter((segment) => linesOf(segment).length > 1)) {
      const found = await edit(name, ([a = '', b = '', ...rest]) => [b, a, ...rest]);
      expect(found).toEqual({ kind: 'reordered', file: name, line: 1, seq: firstSeq(name) });
    }
  });

  test('detects a removed line', async () => {
    const found = await edit(second(), ([, ...rest]) => rest);
    expect(found).toEqual({ kind: 'removed', file: second(), line: 1, seq: firstSeq(second()) });
  });

  test('detects a removed last line', async () => {
    const count = linesOf(last()).length;
    const found = await edit(last(), (lines) => lines.slice(0, -1));
    expect(found).toMatchObject({ kind: 'truncated', seq: firstSeq(last()) + count - 1 });
  });

  test('detects a copied line', async () => {
    const found = await edit(last(), (lines) => [...lines, linesOf(second())[0] ?? '']);
    expect(found).toMatchObject({ kind: 'inserted', line: linesOf(last()).length + 1 });
  });

  test('detects a forged line in the middle and at the end', async () => {
    const forged = (linesOf(second())[1] ?? '').replace('secret.read', 'vault.lock');
    const [found, atEnd] = [
      await edit(second(), ([a = '', ...rest]) => [a, forged, ...rest]),
      await edit(last(), (lines) => [...lines, forged]),
    ];
    expect(found).toMatchObject({ kind: 'inserted', file: second(), line: 2 });
    expect(atEnd).toMatchObject({ kind: 'altered', file: last(), seq: 8 });
  });

  test('detects a genuine record from another branch of the log', async () => {
    const key = deriveAuditKeys(TEST_KEY).record;
    const [line = ''] = linesOf(second());
    const record = v.parse(AuditRecordSchema, JSON.parse(line));
    const other = sealLine({ ...record, prev: 'f'.repeat(64) }, key);
    const found = await edit(second(), ([, ...rest]) => [
      Buffer.from(other.bytes).toString().trimEnd(),
      ...rest,
    ]);
    expect(found).toEqual({ kind: 'forked', file: second(), line: 1, seq: firstSeq(second()) });
  });
});

describe('files', () => {
  test('detects missing segments: the first, one in the middle, the last, all', async () => {
    for (const name of segments) {
      const next = segments[segments.indexOf(name) + 1];
      const found = await brokenWith(new Map([[name, undefined]]));
      expect(found).toMatchObject({
        kind: next === undefined ? 'truncated' : 'removed',
        seq: firstSeq(name),
      });
    }
    const all = await brokenWith(new Map(segments.map((name) => [name, undefined])));
    expect(all).toMatchObject({ kind: 'truncated', seq: 1 });
  });

  test('detects a renamed segment and two swapped segments', async () => {
    const [, second = '', third = ''] = segments;
    const renamed = 'audit-000000000004.jsonl';
    const changes = new Map([
      [second, undefined],
      [renamed, bytesOf(second)],
    ]);
    expect(await brokenWith(changes)).toMatchObject({ kind: 'renamed', file: renamed });
    const exchanged = new Map([
      [second, bytesOf(third)],
      [third, bytesOf(second)],
    ]);
    expect(await brokenWith(exchanged)).toMatchObject({ kind: 'reordered', file: second });
  });

  test('detects a missing head', async () => {
    expect(await brokenWith(new Map([['head.json', undefined]]))).toMatchObject({
      kind: 'head-missing',
      file: 'head.json',
    });
  });

  test('accepts an older genuine head, which covers fewer records', async () => {
    const key = deriveAuditKeys(TEST_KEY).head;
    const [first = ''] = segments;
    const mac = /"mac":"([0-9a-f]{64})"\}$/.exec(linesOf(first)[0] ?? '')?.[1] ?? '';
    const bytes = Buffer.byteLength(`${linesOf(first)[0] ?? ''}\n`);
    const older = sealHead({ segment: first, bytes, seq: 1, last: mac }, key);
    expect(await brokenWith(new Map([['head.json', older]]))).toBe('whole');
  });

  test('accepts no record in a damaged log', async () => {
    const name = segments.at(-1) ?? '';
    files.set(pathOf(name), bytesOf(name).subarray(0, -10));
    expect(await log.append(readOf('x'))).toMatchObject({
      failure: { reason: 'audit-damaged', broken: { kind: 'truncated' } },
    });
    files.set(pathOf(name), bytesOf(name));
    expect(expectOk(await log.verify()).records).toBe(7);
  });
});
