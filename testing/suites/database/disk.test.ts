import { readdirSync, writeFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { mountSmallDisk, skipBecause, whyNoSmallDisk, type SmallDisk } from '@postern/testing';
import { expectOk } from '@postern/kernel';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addNote, countNotes, openNotes, tryNotes } from './notes.ts';

const skip = skipBecause('databases on a full and a read-only disk', whyNoSmallDisk());

function smallDisk(bytes: number): SmallDisk {
  const disk = mountSmallDisk(bytes);
  onTestFinished(() => {
    disk.unmount();
  });
  return disk;
}

/** Fills the disk except for `free` bytes. */
function fill(disk: SmallDisk, free: number): string {
  const path = join(disk.path, 'ballast');
  const { bavail, bsize } = statfsSync(disk.path);
  writeFileSync(path, Buffer.alloc(bavail * bsize - free, 1));
  return path;
}

describe.skipIf(skip)('a full disk', () => {
  test.each([0, 4096, 8192, 16_384, 32_768, 65_536])(
    'with %i bytes left creates a complete database or none',
    (free) => {
      const disk = smallDisk(512 * 1024);
      const ballast = fill(disk, free);
      const path = join(disk.path, 'notes.db');
      const opened = tryNotes(path);
      if (opened.ok) opened.value.close();
      else {
        expect(opened.failure).toEqual({ reason: 'disk-full', label: 'notes', path });
        expect(readdirSync(disk.path).filter((name) => name.includes('.new'))).toEqual([]);
      }
      rmSync(ballast);
      const database = openNotes(path);
      expectOk(addNote(database, 'there is room again'));
      database.close();
    },
  );

  test('while writing loses no committed data, and works again when there is space', () => {
    const disk = smallDisk(1024 * 1024);
    const path = join(disk.path, 'notes.db');
    const database = openNotes(path);
    const ballast = fill(disk, 300_000);
    let written = 0;
    let result = addNote(database, 'x'.repeat(3000));
    while (result.ok) {
      written += 1;
      result = addNote(database, 'x'.repeat(3000));
    }
    expect(result.failure).toEqual({ reason: 'disk-full', label: 'notes', path });
    expect(written).toBeGreaterThan(10);
    expect(countNotes(database)).toBe(written);
    rmSync(ballast);
    expectOk(addNote(database, 'there is room again'));
    database.close();
    const again = openNotes(path);
    expect(countNotes(again)).toBe(written + 1);
    expect(again.quickCheck().ok).toBe(true);
    again.close();
  });
});

describe.skipIf(skip)('a read-only disk', () => {
  test.each([
    ['with a database', true],
    ['without one', false],
  ])('%s is reported as read-only', (_name, withDatabase) => {
    const disk = smallDisk(512 * 1024);
    const path = join(disk.path, 'notes.db');
    if (withDatabase) openNotes(path).close();
    disk.makeReadOnly();
    expect(tryNotes(path)).toEqual({
      ok: false,
      failure: { reason: 'read-only', label: 'notes', path },
    });
  });
});
