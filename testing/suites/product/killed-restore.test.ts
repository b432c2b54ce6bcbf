import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killPoints, runKilledAt, sampledOf, skipBecause, whyNoKilling } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { backUp, mark, marksOf, restore } from './backup-home.ts';

const CHILD = join(import.meta.dirname, 'backup.child.ts');
const WRITES = [
  'write',
  'pwrite64',
  'fsync',
  'fdatasync',
  'ftruncate',
  'rename',
  'unlink',
  'rmdir',
];
const skip = skipBecause('backups that are killed', whyNoKilling());

let root: string;
let home: string;
let file: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'postern-killed-restore-'));
  home = join(root, 'home');
  file = join(root, 'backup');
  await mark(home, 'before');
  await backUp(home, file);
  await mark(home, 'after');
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

let copies = 0;

/** A copy of the home, to be killed in. */
function copyOfHome(): string {
  copies += 1;
  const copy = join(root, `home-${String(copies)}`);
  cpSync(home, copy, { recursive: true });
  onTestFinished(() => {
    rmSync(copy, { recursive: true, force: true });
  });
  return copy;
}

const leftIn = (directory: string): readonly string[] =>
  readdirSync(directory).filter((name) => /restoring|backing-up/.test(name));

describe.skipIf(skip)('a process that is killed', () => {
  test(
    'in a restore leaves all of the old or the new state, and the restore can be repeated',
    { timeout: 900_000 },
    async () => {
      const points = killPoints(WRITES, [CHILD, 'restore', copyOfHome(), file]);
      expect(points.length).toBeGreaterThan(40);
      for (const point of sampledOf(points, 12)) {
        const copy = copyOfHome();
        // Threads wake each other with `write`, so a late point isn't reached in every run.
        runKilledAt(point, [CHILD, 'restore', copy, file]);
        expect([
          ['after', 'after'],
          ['before', 'before'],
        ]).toContainEqual(await marksOf(copy));
        await restore(copy, file);
        expect(await marksOf(copy)).toEqual(['before', 'before']);
        expect(leftIn(copy)).toEqual([]);
      }
    },
  );

  test(
    'in a backup leaves no file or a whole one, and the home as it was',
    { timeout: 900_000 },
    async () => {
      const first = copyOfHome();
      const points = killPoints(WRITES, [CHILD, 'back-up', first, join(first, 'made')]);
      expect(points.length).toBeGreaterThan(20);
      for (const point of sampledOf(points, 6)) {
        const copy = copyOfHome();
        const target = join(copy, 'made');
        // Threads wake each other with `write`, so a late point isn't reached in every run.
        runKilledAt(point, [CHILD, 'back-up', copy, target]);
        expect(await marksOf(copy)).toEqual(['after', 'after']);
        if (!existsSync(target)) await backUp(copy, target);
        await mark(copy, 'later');
        await restore(copy, target);
        expect(await marksOf(copy)).toEqual(['after', 'after']);
        expect(leftIn(copy)).toEqual([]);
      }
    },
  );
});
