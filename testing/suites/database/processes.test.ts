import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Secret, type Result } from '@postern/kernel';
import { rekeyDatabase, type Database, type DatabaseFailure } from '@postern/database';
import { killPoints, runKilledAt, sampledOf, skipBecause, whyNoKilling } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addNote, countNotes, KEY, openNotes, OTHER_KEY, tryNotes } from './notes.ts';

function scratchPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-processes-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, 'home', 'notes.db');
}

interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  readonly firstOutput: Promise<unknown>;
}

function startChild(path: string, task: 'write' | 'rekey' | 'hold', count: number): Child {
  const script = join(import.meta.dirname, 'notes.child.ts');
  const child = spawn(process.execPath, [script, path, task, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return {
    process: child,
    ended: once(child, 'close').then(() => ({ code: child.exitCode, output })),
    firstOutput: once(child.stdout, 'data'),
  };
}

const lastNumber = (output: string) => Number(output.trimEnd().split('\n').at(-1) ?? 0);

/** The system calls with which SQLite and the file functions change the disk. */
const CHANGES = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'rename', 'unlink'];

/** How many points of a task are tried in a run that isn't exhaustive. */
const POINTS = 16;

const skip = skipBecause('databases whose process is killed', whyNoKilling());

describe('several processes', () => {
  test.each([1, 2, 3])('create one database at the same time and all write, round %i', async () => {
    const path = scratchPath();
    const children = [1, 2, 3, 4].map(() => startChild(path, 'write', 50));
    const ends = await Promise.all(children.map(({ ended }) => ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const database = openNotes(path);
    expect(countNotes(database)).toBe(200);
    expect(database.quickCheck().ok).toBe(true);
    database.close();
  });

  test("share a database: one can't rekey it while the other uses it", async () => {
    const path = scratchPath();
    const database = openNotes(path);
    const rekeying = startChild(path, 'rekey', 1);
    expect(await rekeying.ended).toEqual({ code: 1, output: 'busy\n' });
    expect(addNote(database, 'still here').ok).toBe(true);
    database.close();
    expect(tryNotes(path, OTHER_KEY).ok).toBe(false);
    const again = openNotes(path);
    expect(countNotes(again)).toBe(1);
    again.close();
  });

  test('time out waiting for a writer', async () => {
    const path = scratchPath();
    const holder = startChild(path, 'hold', 0);
    await holder.firstOutput;
    expect(await startChild(path, 'write', 1).ended).toEqual({ code: 1, output: 'busy\n' });
    holder.process.kill('SIGKILL');
    await holder.ended;
    expect(await startChild(path, 'write', 1).ended).toEqual({ code: 0, output: '1\n' });
  });
});

describe('a process killed at any moment', () => {
  test('while it writes leaves all committed data', async () => {
    const path = scratchPath();
    let committed = 0;
    for (let round = 0; round < 15; round += 1) {
      const child = startChild(path, 'write', 100_000);
      await child.firstOutput;
      await new Promise((resolve) => setTimeout(resolve, (round * 17) % 60));
      child.process.kill('SIGKILL');
      committed += lastNumber((await child.ended).output);
      const database = openNotes(path);
      const found = countNotes(database);
      // One more row may have been committed but not printed.
      expect(found).toBeGreaterThanOrEqual(committed);
      expect(found).toBeLessThanOrEqual(committed + round + 1);
      expect(database.quickCheck().ok).toBe(true);
      database.close();
    }
  });
});

describe.skipIf(skip)(
  'a process killed before any of its disk writes',
  { timeout: 400_000 },
  () => {
    /** Kills the task at its first change, at its last, and at some between. Returns their count. */
    function killAtSome(
      task: 'write' | 'rekey',
      make: () => string,
      check: (path: string) => void,
    ): number {
      const parameters = () => [join(import.meta.dirname, 'notes.child.ts'), make(), task, '1'];
      const points = killPoints(CHANGES, parameters());
      for (const point of sampledOf(points, POINTS)) {
        const killed = parameters();
        expect(runKilledAt(point, killed)).toBe(true);
        check(String(killed[1]));
      }
      return points.length;
    }

    test('while it creates the database leaves none or a complete one', () => {
      const points = killAtSome('write', scratchPath, (path) => {
        const database = openNotes(path);
        expect(countNotes(database)).toBeLessThanOrEqual(1);
        expect(database.quickCheck().ok).toBe(true);
        database.close();
        expect(readdirSync(dirname(path)).toSorted()).toEqual(['notes.db', 'notes.db.lock']);
      });
      expect(points).toBeGreaterThan(30);
    });

    test('while it rekeys leaves the old or the new key and every row', () => {
      const made = scratchPath();
      const first = openNotes(made);
      for (let number = 0; number < 8; number += 1) addNote(first, 'x'.repeat(2000));
      first.close();
      const met = new Set<string>();
      const copy = (): string => {
        const path = join(dirname(made), 'copy.db');
        copyFileSync(made, path);
        return path;
      };
      const points = killAtSome('rekey', copy, (path) => {
        const [key, database] = openWithEither(path);
        met.add(key);
        expect(countNotes(database)).toBe(8);
        expect(database.quickCheck().ok).toBe(true);
        database.close();
        expect(existsSync(`${path}.new`)).toBe(false);
        expect(existsSync(`${path}.new-journal`)).toBe(false);
        const [from, to] = [Secret.of(KEY), Secret.of(OTHER_KEY)];
        expect(rekeyDatabase({ path, label: 'notes', key: from, newKey: to }).ok).toBe(true);
      });
      expect(points).toBeGreaterThan(30);
      expect([...met].toSorted()).toEqual([KEY, OTHER_KEY]);
    });
  },
);

function openWithEither(path: string): [string, Database] {
  for (const key of [KEY, OTHER_KEY]) {
    const opened: Result<Database, DatabaseFailure> = tryNotes(path, key);
    if (opened.ok) return [key, opened.value];
  }
  throw new Error('neither key opens the database');
}
