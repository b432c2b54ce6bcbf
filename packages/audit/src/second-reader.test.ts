import { createHmac, hkdfSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectOk, revealSecret } from '@postern/kernel';
import { executablePath } from '@postern/protocol';
import { expect, test } from 'vitest';
import { appendReads, openTestLog, readOf, testDirectory, TEST_KEY } from './testing/test-log.ts';

/*
 * A second reader of the log, written only from docs/formats/audit.md. It shares no code with Postern. If
 * the two disagree, the document or Postern is wrong.
 */

const ZEROS = '0'.repeat(64);

function deriveKey(key: string, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(key, 'hex'), Buffer.alloc(0), info, 32));
}

function readSealed(line: Buffer, key: Buffer): Record<string, unknown> {
  const cut = line.lastIndexOf(',"mac":');
  if (line.length - cut !== 74) throw new Error('no MAC at the end');
  const mac = createHmac('sha256', key).update(line.subarray(0, cut)).digest('hex');
  if (line.subarray(cut).toString() !== `,"mac":"${mac}"}`) throw new Error('wrong MAC');
  const value: unknown = JSON.parse(line.toString());
  if (typeof value !== 'object' || value === null) throw new Error('no object');
  return { ...value };
}

/** The lines of all segments, each with the position of its end. */
function* linesOf(
  directory: string,
): Generator<{ line: Buffer; name: string; end: number; seq: number }> {
  let seq = 0;
  for (const name of readdirSync(directory).toSorted()) {
    const number = /^audit-(\d{12})\.jsonl$/.exec(name)?.[1];
    if (number === undefined) continue;
    if (Number(number) !== seq + 1) throw new Error('a segment is missing');
    const bytes = readFileSync(join(directory, name));
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(0x0a, start);
      if (end === -1) throw new Error('a line has no end');
      seq += 1;
      yield { line: bytes.subarray(start, end), name, end: end + 1, seq };
      start = end + 1;
    }
  }
}

function readLog(directory: string, key: string): Record<string, unknown>[] {
  const headLine = readFileSync(join(directory, 'head.json')).subarray(0, -1);
  const head = readSealed(headLine, deriveKey(key, 'postern audit head v1'));
  if (head['v'] !== 1) throw new Error('another version');
  const recordKey = deriveKey(key, 'postern audit record v1');
  const records: Record<string, unknown>[] = [];
  let prev = ZEROS;
  for (const { line, name, end, seq } of linesOf(directory)) {
    const record = readSealed(line, recordKey);
    if (record['seq'] !== seq || record['prev'] !== prev) throw new Error('the chain is broken');
    records.push(record);
    prev = String(record['mac']);
    const isHead = prev === head['last'] && name === head['segment'] && end === head['bytes'];
    if (seq === head['seq'] && !isHead) throw new Error('not what the head vouches for');
  }
  if (records.length < Number(head['seq'])) throw new Error('the end is missing');
  return records;
}

test('reads the log with a reader written from the documentation', async () => {
  await using directory = await testDirectory();
  const log = await openTestLog(directory.path, { maxSegmentBytes: 700 });
  await appendReads(log, 1, 6);
  const actor = { uid: null, pid: 7, executable: null };
  expectOk(await log.append({ ...readOf('last'), outcome: 'failure', reason: 'DISK_FULL', actor }));
  const program = executablePath.from('/usr/bin/npx');
  expectOk(await log.append({ ...readOf('handed'), action: 'secret.inject', program }));
  const records = readLog(directory.path, revealSecret(TEST_KEY));
  expect(records).toEqual(expectOk(await log.tail(99)));
  expect(records.map((record) => Object.keys(record).slice(0, 5))).toEqual(
    records.map(() => ['v', 'seq', 'time', 'actor', 'action']),
  );
  await log.close();
});

test('finds the same damage with both readers', async () => {
  await using directory = await testDirectory();
  const log = await openTestLog(directory.path);
  await appendReads(log, 1, 3);
  const path = join(directory.path, 'audit-000000000001.jsonl');
  const bytes = readFileSync(path);
  const key = revealSecret(TEST_KEY);
  for (let at = 0; at < bytes.length; at += 5) {
    const changed = Buffer.from(bytes);
    changed[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, changed);
    expect(() => readLog(directory.path, key), `byte ${at}`).toThrow();
    expect((await log.verify()).ok).toBe(false);
  }
  writeFileSync(path, bytes);
  expect(readLog(directory.path, key)).toHaveLength(4);
  await log.close();
});
