import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openSqliteConversations, type ConversationStore } from '@postern/conversations';
import { expectOk, failed, ok, Secret } from '@postern/kernel';
import { problem } from '@postern/protocol';
import { OPENAI } from '@postern/vault/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { databasePath, databasePurpose } from '../stores/vault-databases.ts';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate, connectOrUnlock } from '../vault/connect-or-open.ts';
import { makeBackup, verifyBackup } from './make-backup.ts';
import { restoreBackup, type RestoreParts } from './restore-backup.ts';

let file: string;
let world: OpenWorld;

function partsOf({ parts }: OpenWorld, given = file): Omit<RestoreParts, 'onProgress'> {
  return {
    ...parts,
    file: given,
    agreeToReplace: () => Promise.resolve(ok()),
    askBackupPassphrase: () => Promise.resolve(ok(Secret.of('a passphrase of its own'))),
  };
}

async function withStore<T>(
  { parts }: OpenWorld,
  use: (store: ConversationStore) => T,
): Promise<T> {
  const vault = valueOf(await connectOrUnlock(parts));
  const key = valueOf(await vault.deriveKey(databasePurpose('conversations')));
  const path = databasePath(parts.home.dataDir, 'conversations');
  const store = expectOk(openSqliteConversations({ ...parts, path, key }));
  try {
    return use(store);
  } finally {
    store.close();
  }
}

const titlesOf = async (of: OpenWorld): Promise<readonly string[]> =>
  await withStore(of, (store) =>
    expectOk(store.list({ limit: 10 })).conversations.map(({ title }) => title),
  );

const add = async (to: OpenWorld, title: string): Promise<unknown> =>
  await withStore(to, (store) => expectOk(store.create({ title })));

function settle({ parts }: OpenWorld, settings: object): void {
  mkdirSync(parts.home.configDir, { recursive: true });
  writeFileSync(parts.home.configFile, JSON.stringify(settings));
}

const settingsOf = ({ parts }: OpenWorld): unknown =>
  JSON.parse(readFileSync(parts.home.configFile, 'utf8'));

beforeEach(async () => {
  file = join(scratchDirectory(), 'backup');
  world = openWorld();
  const vault = valueOf(await connectOrCreate(world.parts));
  valueOf(await vault.put(OPENAI));
  await add(world, 'of the backup');
  settle(world, { port: 4001, privacy: { localModelsOnly: true } });
  valueOf(await makeBackup(partsOf(world)));
});

describe('a backup', () => {
  test('contains secrets, chats and settings, and says so', async () => {
    expect(valueOf(await verifyBackup(partsOf(world)))).toMatchObject({
      ...{ secrets: [OPENAI.name], chats: 1, messages: 0, attachments: 0 },
      ...{ gatewayKeys: null, hasSettings: true, isOfThisVault: true },
    });
    expect(readdirSync(world.parts.home.dataDir)).not.toContain('backing-up');
    expect(readFileSync(file).includes('of the backup')).toBe(false);
  });

  test('that is cut off or altered anywhere is found by verifying it, and never restored', async () => {
    const bytes = readFileSync(file);
    const end = bytes.indexOf('\n');
    for (const at of [10, end - 5, end + 1, end + 5000, bytes.length - 1]) {
      const altered = Uint8Array.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      writeFileSync(file, altered);
      for (const run of [verifyBackup, restoreBackup]) {
        const result = await run(partsOf(world));
        expect(result, String(at)).toMatchObject({ ok: false });
        expect(JSON.stringify(result)).toMatch(
          /BACKUP_DAMAGED|BACKUP_WRONG_PASSPHRASE|VERSION_UNKNOWN/,
        );
      }
    }
    writeFileSync(file, bytes);
    truncateSync(file, bytes.length - 1);
    expect(await verifyBackup(partsOf(world))).toMatchObject({
      failure: { code: 'BACKUP_DAMAGED' },
    });
    expect(await titlesOf(world)).toEqual(['of the backup']);
    expect(
      readdirSync(world.parts.home.dataDir).filter((name) => name.includes('restoring')),
    ).toEqual([]);
  });
});

describe('a damaged database', () => {
  const path = (): string => databasePath(world.parts.home.dataDir, 'conversations');

  test('fails a backup with what to do, and can be left out of it', async () => {
    const valid = readFileSync(path());
    const damaged = Uint8Array.from(valid);
    damaged.fill(7, 4096);
    writeFileSync(path(), damaged);
    const other = `${file}.without`;
    const tried = await makeBackup(partsOf(world, other));
    expect(tried).toMatchObject({ failure: { code: 'DATABASE_DAMAGED' } });
    const said = tried.ok ? '' : `${tried.failure.message} ${tried.failure.remedy}`;
    expect(said).toMatch(/^The conversations database .* is damaged.* Move .* away/);
    expect(existsSync(other)).toBe(false);
    const made = valueOf(
      await makeBackup({ ...partsOf(world, other), without: ['conversations'] }),
    );
    expect(made).toMatchObject({ chats: null, secrets: [OPENAI.name], hasSettings: true });
    writeFileSync(path(), valid);
    valueOf(await restoreBackup(partsOf(world, other)));
    expect(await titlesOf(world)).toEqual(['of the backup']);
  });
});

describe('restoring', () => {
  test('creates a vault in an empty home, with everything', async () => {
    const other = openWorld();
    const made = valueOf(await restoreBackup(partsOf(other)));
    expect(made).toMatchObject({ secrets: [OPENAI.name], chats: 1, isNew: true, kept: [] });
    expect(made.savedBefore).toBe(null);
    expect(other.talk).toEqual(['new passphrase?', 'recovery code']);
    expect(await other.log()).toEqual([
      'log.begin success',
      'vault.create success',
      'vault.restore success',
      'vault.unlock success',
    ]);
    expect(await titlesOf(other)).toEqual(['of the backup']);
    // The port is this machine's.
    expect(settingsOf(other)).toEqual({ privacy: { localModelsOnly: true } });
  });

  test('replaces what is there after confirmation, and can be undone', async () => {
    const vault = valueOf(await connectOrUnlock(world.parts));
    valueOf(await vault.remove(OPENAI.name));
    await add(world, 'added later');
    settle(world, { port: 4002 });
    const refused = failed(problem('CANCELLED'));
    const refusing = { agreeToReplace: () => Promise.resolve(refused) };
    expect(await restoreBackup({ ...partsOf(world), ...refusing })).toEqual(refused);
    expect(await titlesOf(world)).toHaveLength(2);

    const restored = valueOf(await restoreBackup(partsOf(world)));
    expect(restored).toMatchObject({ isNew: false, isOfThisVault: true, kept: [] });
    expect(await titlesOf(world)).toEqual(['of the backup']);
    expect(valueOf(await vault.list())).toMatchObject([{ name: OPENAI.name }]);
    expect(settingsOf(world)).toEqual({ port: 4002, privacy: { localModelsOnly: true } });
    expect(await world.log()).toContain('vault.restore success');

    valueOf(await restoreBackup(partsOf(world, restored.savedBefore ?? '')));
    expect((await titlesOf(world)).toSorted()).toEqual(['added later', 'of the backup']);
    expect(valueOf(await vault.list())).toEqual([]);
    expect(settingsOf(world)).toEqual({ port: 4002 });
    const saved = readdirSync(join(world.parts.home.dataDir, 'backups'));
    expect(saved).toHaveLength(1);
  });

  test('encrypts the chats of another vault with the key of this one', async () => {
    const other = openWorld();
    valueOf(await connectOrCreate(other.parts));
    await add(other, 'of the other vault');
    const restored = valueOf(await restoreBackup(partsOf(other)));
    expect(restored).toMatchObject({ isOfThisVault: false, isNew: false });
    expect(await titlesOf(other)).toEqual(['of the backup']);
  });

  test('works where the present chats are damaged, and keeps them under another name', async () => {
    const path = databasePath(world.parts.home.dataDir, 'conversations');
    writeFileSync(path, Buffer.alloc(8192, 7));
    const restored = valueOf(await restoreBackup(partsOf(world)));
    expect(restored.savedBefore).toBe(null);
    expect(restored.kept.map(({ what }) => what).join()).toContain('before-restore');
    expect(existsSync(`${path}.before-restore`)).toBe(true);
    expect(await titlesOf(world)).toEqual(['of the backup']);
  });

  test('keeps databases whose vault was lost', async () => {
    const { home } = world.parts;
    rmSync(join(home.dataDir, 'vault'), { recursive: true });
    expect(valueOf(await restoreBackup(partsOf(world)))).toMatchObject({ isNew: true });
    expect(existsSync(`${databasePath(home.dataDir, 'conversations')}.before-restore`)).toBe(true);
    expect(await titlesOf(world)).toEqual(['of the backup']);
  });

  test('into a home where a vault appears meanwhile replaces nothing', async () => {
    const other = openWorld('file', {
      askNewPassphrase: async () => {
        valueOf(await connectOrCreate({ ...other.parts, frontEnd: openWorld().parts.frontEnd }));
        await add(other, 'of the other vault');
        return ok(Secret.of('correct horse battery staple'));
      },
    });
    expect(await restoreBackup(partsOf(other))).toMatchObject({
      failure: { code: 'VAULT_EXISTS' },
    });
    expect(await titlesOf(other)).toEqual(['of the other vault']);
    expect(readdirSync(other.parts.home.dataDir).join()).not.toMatch(/restoring|before-restore/);
  });

  test('changes nothing with a wrong passphrase', async () => {
    const wrong = { askBackupPassphrase: () => Promise.resolve(ok(Secret.of('another one here'))) };
    expect(await restoreBackup({ ...partsOf(world), ...wrong })).toMatchObject({
      failure: { code: 'BACKUP_WRONG_PASSPHRASE' },
    });
    expect(await titlesOf(world)).toEqual(['of the backup']);
  });
});
