import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expectOk } from '@postern/kernel';
import type { Conversation, ConversationView } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { add, openStore, scratchPath, tryStore } from './store.ts';

interface Original {
  readonly path: string;
  /** The bytes of the database and its log. The keys are file suffixes. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly views: readonly ConversationView[];
}

/**
 * Creates twelve conversations with eight messages. With a log, the last four are only in the log.
 */
function makeOriginal(withLog: boolean): Original {
  const made = scratchPath();
  let store = openStore(made);
  const fill = (from: number, to: number): Conversation[] =>
    Array.from({ length: to - from }, (_, at) => {
      const conversation = expectOk(store.create({ title: `number ${from + at}` }));
      for (let index = 0; index < 8; index += 1) {
        expectOk(add(store, conversation, `needle ${index} ${'text '.repeat(at * 20)}`));
      }
      return conversation;
    });
  const first = fill(0, 8);
  store.close();
  store = openStore(made);
  const second = fill(8, 12);
  const views = [...first, ...second].map(({ id }) => expectOk(store.open(id)));
  const path = scratchPath();
  if (!withLog) store.close();
  const suffixes = withLog ? ['', '-wal'] : [''];
  const files = new Map(suffixes.map((suffix) => [suffix, readFileSync(made + suffix)]));
  if (withLog) store.close();
  return { path, files, views };
}

/** Calls every function that reads. Each must return correct data or a failure. */
function readAll({ path, views }: Original, check: Check): string[] {
  const opened = tryStore(path);
  if (!opened.ok) return [opened.failure.reason];
  const store = opened.value;
  const failures: string[] = [];
  const list = store.list({ limit: 500 });
  if (list.ok) {
    const known = new Set(views.map(({ conversation }) => conversation.title));
    expect(list.value.conversations.every(({ title }) => known.has(title))).toBe(true);
  } else failures.push(list.failure.reason);
  for (const view of views) {
    const found = store.open(view.conversation.id);
    if (found.ok) check(found.value, view);
    else failures.push(found.failure.reason);
  }
  const hits = store.search('needle', 200);
  if (!hits.ok) failures.push(hits.failure.reason);
  store.close();
  return failures;
}

type Check = (found: ConversationView, original: ConversationView) => void;

const expectComplete: Check = (found, original) => {
  expect(found).toEqual(original);
};

/** Accepts an earlier state: a damaged log ends earlier, as after a crash. */
const expectEarlierState: Check = (found, { messages }) => {
  expect(found.messages).toEqual(messages.slice(0, found.messages.length));
};

/** Returns offsets all over the file: one in each page, and those at boundaries. */
function offsetsIn(length: number): number[] {
  const boundaries = [0, 15, 16, 4015, 4016, 4031, 4032, 4095, 4096, length - 1];
  const pages = Array.from({ length: Math.floor(length / 4096) }, (_, page) => page);
  return [...boundaries, ...pages.map((page) => page * 4096 + ((page * 1009) % 4096))];
}

/** Restores the original files, then damages one of them. */
function damage(original: Original, suffix: '' | '-wal', change: (bytes: Buffer) => Buffer): void {
  for (const [file, bytes] of original.files) writeFileSync(original.path + file, bytes);
  rmSync(`${original.path}-shm`, { force: true });
  const bytes = original.files.get(suffix) ?? Buffer.alloc(0);
  writeFileSync(original.path + suffix, change(Buffer.from(bytes)));
}

const PAGE = 4096;

function pageOf(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at * PAGE, (at + 1) * PAGE);
}

/**
 * Restores the damaged pages, unless newer pages from the log replaced them, and reads everything.
 * This shows that reading the damaged file overwrote nothing that could be recovered.
 */
function expectRecoverable(original: Original, damaged: Buffer): void {
  const whole = original.files.get('') ?? Buffer.alloc(0);
  const after = readFileSync(original.path);
  const pages = Array.from({ length: Math.max(whole.length, after.length) / PAGE }, (_, at) => {
    const page = pageOf(after, at);
    const isWritten = page.length === PAGE && page.some((byte) => byte !== 0);
    const left = pageOf(damaged, at);
    const isLeft = left.length > 0 && page.subarray(0, left.length).equals(left);
    const isDamaged = isLeft && !page.equals(pageOf(whole, at));
    return isWritten && !isDamaged ? page : pageOf(whole, at);
  });
  writeFileSync(original.path, Buffer.concat(pages));
  rmSync(`${original.path}-shm`, { force: true });
  expect(readAll(original, expectComplete)).toEqual([]);
}

const EXPECTED = new Set(['damaged', 'wrong-key-or-damaged']);

const refusals = (failures: readonly string[]): string[] =>
  failures.filter((reason) => !EXPECTED.has(reason));

describe.each([
  ['a closed database', false],
  ['a database with a log', true],
])('%s', (_name, withLog) => {
  test('with one bit flipped reports damage or returns correct data', () => {
    const original = makeOriginal(withLog);
    const whole = original.files.get('') ?? Buffer.alloc(0);
    let damaged = 0;
    for (const offset of offsetsIn(whole.length)) {
      damage(original, '', flip(offset));
      const before = readFileSync(original.path);
      const failures = readAll(original, expectComplete);
      expect(refusals(failures)).toEqual([]);
      expectRecoverable(original, before);
      if (failures.length > 0) damaged += 1;
    }
    // Many pages don't matter: the newest version of some is in the log, and some are free.
    expect(damaged).toBeGreaterThan(whole.length / 4096 / 4);
  });

  test('cut off anywhere reports damage or returns correct data', () => {
    const original = makeOriginal(withLog);
    const whole = original.files.get('') ?? Buffer.alloc(0);
    for (const length of offsetsIn(whole.length)) {
      damage(original, '', (bytes) => bytes.subarray(0, length));
      const before = readFileSync(original.path);
      const failures = readAll(original, expectComplete);
      expect(refusals(failures)).toEqual([]);
      expectRecoverable(original, before);
      if (length < whole.length / 2) expect(failures.length).toBeGreaterThan(0);
    }
  });
});

test('a damaged log reports damage or returns an earlier state', () => {
  const original = makeOriginal(true);
  const length = original.files.get('-wal')?.length ?? 0;
  for (const offset of offsetsIn(length).filter((_, at) => at % 5 === 0)) {
    damage(original, '-wal', flip(offset));
    const failures = readAll(original, expectEarlierState);
    expect(failures.filter((reason) => reason !== 'conversation-not-found')).toEqual([]);
  }
});

function flip(offset: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << (offset % 8)), offset);
    return bytes;
  };
}
