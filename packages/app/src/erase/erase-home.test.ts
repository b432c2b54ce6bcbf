import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ok, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { singleValue } from '@postern/vault';
import { beforeEach, describe, expect, test } from 'vitest';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { makeBackup } from '../backup/make-backup.ts';
import { connectOrCreate } from '../vault/connect-or-open.ts';
import { open, openReadOnly } from '../vault/home-vault.ts';
import { eraseHome, planErase } from './erase-home.ts';
import { writeEraseMarker } from './erase-marker.ts';

let world: OpenWorld;
let dataDir: string;

async function makeHome(storage: 'file' | 'keyring' = 'file'): Promise<void> {
  world = openWorld(storage);
  ({ dataDir } = world.parts.home);
  const vault = valueOf(await connectOrCreate(world.parts));
  const value = Secret.of('sk-a-value-that-is-long-enough');
  valueOf(await vault.put(singleValue(secretName.from('openai'), value, 1)));
  writeFileSync(join(dataDir, 'conversations.db'), 'x'.repeat(8192), { mode: 0o600 });
  writeFileSync(join(world.parts.home.configDir, 'config.json'), '{}', { mode: 0o600 });
}

const erase = async () => valueOf(await eraseHome(world.parts));
const backUp = async (file: string) => {
  // It isn't a database.
  rmSync(join(dataDir, 'conversations.db'), { force: true });
  return valueOf(
    await makeBackup({
      ...world.parts,
      file,
      askBackupPassphrase: () => Promise.resolve(ok(Secret.of('of the backup alone'))),
    }),
  );
};

beforeEach(async () => {
  await makeHome();
});

describe('erasing a home', () => {
  test('leaves nothing, and says what was erased', async () => {
    const plan = await planErase(world.parts);
    const report = await erase();
    expect(existsSync(dataDir)).toBe(false);
    expect(report).toMatchObject({ failed: [], kept: [] });
    expect(report.erased).toEqual(plan.erased);
    expect(report.erased.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['keys', 'chats', 'audit', 'settings']),
    );
  });

  test('is only planned by a dry run', async () => {
    const before = readdirSync(dataDir, { recursive: true });
    await planErase(world.parts);
    expect(readdirSync(dataDir, { recursive: true })).toEqual(before);
  });

  test('overwrites keys before it removes them, but not a file with another name', async () => {
    const slots = join(dataDir, 'vault', 'slots.json');
    const elsewhere = join(scratchDirectory(), 'linked');
    linkSync(slots, elsewhere);
    const report = await erase();
    expect(existsSync(slots)).toBe(false);
    expect(readFileSync(elsewhere, 'utf8')).toContain('postern-slots');
    expect(report.kept.map(({ what }) => what)).toEqual([slots]);
  });

  test('follows no link, and opens no pipe', async () => {
    const target = join(scratchDirectory(), 'mine');
    writeFileSync(target, 'mine');
    const directory = scratchDirectory();
    writeFileSync(join(directory, 'inside'), 'mine');
    symlinkSync(target, join(dataDir, 'vault', 'link'));
    symlinkSync(directory, join(dataDir, 'audit', 'link'));
    symlinkSync(target, join(dataDir, 'gateway.db'));
    await erase();
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(readFileSync(join(directory, 'inside'), 'utf8')).toBe('mine');
    expect(existsSync(dataDir)).toBe(false);
  });

  test('keeps what Postern did not write, and names it', async () => {
    const mine = ['notes.txt', 'conversations.db2', 'line\nfeed'];
    for (const name of mine) writeFileSync(join(dataDir, name), 'mine');
    mkdirSync(join(dataDir, 'vault-of-mine'));
    const report = await erase();
    const left = [...mine, 'vault-of-mine'].sort();
    expect(readdirSync(dataDir).sort()).toEqual(left);
    expect(report.kept.map(({ what }) => what).sort()).toEqual(
      left.map((name) => join(dataDir, name)),
    );
    expect(report.failed).toEqual([]);
  });

  test('removes names of any bytes, and files that can only be read', async () => {
    const odd = Buffer.concat([Buffer.from(`${dataDir}/vault/`), Buffer.from([0xff, 0x0a, 0xfe])]);
    writeFileSync(odd, 'x');
    writeFileSync(join(dataDir, 'audit', 'x'.repeat(250)), 'x');
    chmodSync(join(dataDir, 'vault', 'slots.json'), 0o400);
    expect((await erase()).failed).toEqual([]);
    expect(existsSync(dataDir)).toBe(false);
  });

  test('follows a link to the data directory that the user made', async () => {
    const link = join(scratchDirectory(), 'data');
    symlinkSync(dataDir, link);
    const home = { ...world.parts.home, dataDir: link };
    valueOf(await eraseHome({ ...world.parts, home }));
    expect(existsSync(dataDir)).toBe(false);
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('can be repeated, and finds nothing to do', async () => {
    await erase();
    expect((await planErase(world.parts)).erased).toEqual([]);
  });
});

describe('backups', () => {
  test('are erased where they were written', async () => {
    const file = join(scratchDirectory(), 'backup');
    await backUp(file);
    expect((await erase()).erased).toContainEqual(
      expect.objectContaining({ what: 'backups', count: 1 }),
    );
    expect(existsSync(file)).toBe(false);
  });

  test('stay if something else is in their place', async () => {
    const [file, linked] = [join(scratchDirectory(), 'a'), join(scratchDirectory(), 'b')];
    await backUp(file);
    await backUp(linked);
    writeFileSync(file, 'mine');
    const target = join(scratchDirectory(), 'mine');
    writeFileSync(target, 'mine');
    unlinkSync(linked);
    symlinkSync(target, linked);
    const report = await erase();
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(report.kept.map(({ what }) => what)).toEqual([file, linked]);
  });

  test('of another vault stay', async () => {
    const file = join(scratchDirectory(), 'backup');
    await backUp(file);
    const other = readFileSync(file);
    await makeHome();
    const mine = join(scratchDirectory(), 'backup');
    await backUp(mine);
    writeFileSync(mine, other);
    await erase();
    expect(readFileSync(mine).equals(other)).toBe(true);
  });
});

describe('with the keyring', () => {
  test('removes every entry of the vault', async () => {
    await makeHome('keyring');
    expect(world.keyring.entries.size).toBeGreaterThan(3);
    const report = await erase();
    expect(world.keyring.entries.size).toBe(0);
    expect(report.erased.map(({ what }) => what)).toContain('keyring');
  });

  test('that is locked, it erases everything else, and the next process finishes', async () => {
    await makeHome('keyring');
    world.keyring.failure = { reason: 'keyring-locked' };
    const report = await erase();
    expect(report.failed).toHaveLength(1);
    expect(readdirSync(dataDir)).toEqual(['erase.json']);
    const stuck = await open(world.parts);
    expect(stuck).toMatchObject({ ok: false, failure: { code: 'ERASE_UNFINISHED' } });
    world.keyring.failure = undefined;
    const opened = valueOf(await open(world.parts));
    expect(opened.vault.state).toBe('absent');
    expect(opened.erased?.failed).toEqual([]);
    expect(world.keyring.entries.size).toBe(0);
    expect(existsSync(join(dataDir, 'erase.json'))).toBe(false);
  });
});

describe('a home whose erase was interrupted', () => {
  test('is erased by the next process that opens it, and is not read before that', async () => {
    valueOf(
      writeEraseMarker(dataDir, {
        ...{ version: 1, beganAtMs: 0, vaultId: null, slotIds: [] },
        ...{ usesKeyring: false, backups: [] },
      }),
    );
    expect(await openReadOnly(world.parts)).toMatchObject({
      failure: { code: 'ERASE_UNFINISHED' },
    });
    expect(valueOf(await open(world.parts)).vault.state).toBe('absent');
    expect(existsSync(join(dataDir, 'conversations.db'))).toBe(false);
    expect(readdirSync(dataDir).sort()).toEqual(['config', 'erase.lock', 'run']);
  });
});
