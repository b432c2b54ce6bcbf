import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, Secret } from '@postern/kernel';
import { beforeEach, describe, expect, test } from 'vitest';
import { knownBackups, rememberBackup } from '../erase/known-backups.ts';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate } from '../vault/connect-or-open.ts';
import { open } from '../vault/home-vault.ts';
import { nameBeforeRestore, savedDirectory } from './backup-places.ts';
import { deleteBackup, findBackup, listBackups, type BackupsPlace } from './home-backups.ts';
import { makeBackup } from './make-backup.ts';

let world: OpenWorld;
let place: BackupsPlace;

const askBackupPassphrase = () => Promise.resolve(ok(Secret.of('a passphrase of its own')));

async function backUpTo(file: string, isInHome = false): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  valueOf(await makeBackup({ ...world.parts, file, isInHome, askBackupPassphrase }));
}

beforeEach(async () => {
  world = openWorld();
  valueOf(await connectOrCreate(world.parts));
  const { vault } = valueOf(await open(world.parts));
  place = { home: world.parts.home, vault };
});

describe('the backups of a home', () => {
  test('are those that were written anywhere, those in its directory, and downloads', async () => {
    const elsewhere = join(scratchDirectory(), 'backup');
    const kept = join(savedDirectory(place.home), 'postern-1.postern-backup');
    const automatic = join(savedDirectory(place.home), nameBeforeRestore(0));
    await backUpTo(elsewhere);
    await backUpTo(kept, true);
    copyFileSync(kept, automatic);
    valueOf(rememberBackup(place.home.dataDir, { madeAtMs: 1, path: null }));
    const listed = await listBackups(place);
    expect(listed.map(({ path, isAutomatic }) => [path, isAutomatic]).toSorted()).toEqual(
      [
        [elsewhere, false],
        [kept, false],
        [automatic, true],
        [null, false],
      ].toSorted(),
    );
    expect(listed.every(({ path, bytes }) => (path === null) === (bytes === null))).toBe(true);
    expect(listed.at(-1)?.path).toBe(null);
  });

  test('that failed to be written, or were interrupted, are none', async () => {
    const file = join(scratchDirectory(), 'missing', 'backup');
    expect(await makeBackup({ ...world.parts, file, askBackupPassphrase })).toMatchObject({
      ok: false,
    });
    mkdirSync(savedDirectory(place.home), { recursive: true });
    writeFileSync(join(savedDirectory(place.home), '.postern-1.postern-backup.0.tmp'), 'x');
    expect(await listBackups(place)).toEqual([]);
  });

  test('can be deleted; one that is gone or was downloaded is forgotten', async () => {
    const file = join(scratchDirectory(), 'backup');
    await backUpTo(file);
    valueOf(rememberBackup(place.home.dataDir, { madeAtMs: 1, path: null }));
    for (const backup of await listBackups(place)) valueOf(await deleteBackup(place, backup));
    expect(existsSync(file)).toBe(false);
    expect(await listBackups(place)).toEqual([]);
    expect(knownBackups(place.home.dataDir)).toEqual([]);
    await backUpTo(file);
    rmSync(file);
    const [gone] = await listBackups(place);
    expect(gone).toMatchObject({ path: file, bytes: null });
    valueOf(await deleteBackup(place, gone ?? { madeAtMs: 0, path: null }));
    expect(await listBackups(place)).toEqual([]);
  });

  test.each([
    [
      'another file',
      async (file: string) => {
        writeFileSync(file, 'a letter');
        await Promise.resolve();
      },
    ],
    [
      'a backup of another vault',
      async (file: string) => {
        const other = openWorld();
        valueOf(await connectOrCreate(other.parts));
        rmSync(file);
        valueOf(await makeBackup({ ...other.parts, file, askBackupPassphrase }));
      },
    ],
  ])('are forgotten, not deleted, where %s has their place', async (_name, replace) => {
    const file = join(scratchDirectory(), 'backup');
    await backUpTo(file);
    await replace(file);
    const found = await findBackup(place, { path: file });
    expect(found).toMatchObject({ bytes: null });
    valueOf(await deleteBackup(place, found ?? { madeAtMs: 0, path: null }));
    expect(existsSync(file)).toBe(true);
    expect(await listBackups(place)).toEqual([]);
  });

  test('are the only files that can be deleted', async () => {
    const file = join(place.home.dataDir, 'vault', 'slots.json');
    expect(await deleteBackup(place, { madeAtMs: 1, path: file })).toMatchObject({
      failure: { code: 'BACKUP_NOT_FOUND' },
    });
    expect(readdirSync(dirname(file))).toContain('slots.json');
  });
});
