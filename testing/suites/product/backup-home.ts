import { join } from 'node:path';
import { connectOrCreate, makeBackup, restoreBackup } from '@postern/app';
import { openSqliteConversations, type ConversationStore } from '@postern/conversations';
import { expectOk, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import { secretName, type Problem } from '@postern/protocol';
import { singleValue } from '@postern/vault';
import { memoryKeyring, systemWorld } from '@postern/vault/testing';

/*
 * A home with file storage and cheap key derivation, whose backups are made and restored in processes that may be
 * killed.
 */

/** The value of a result that must be a success. */
export function valueOf<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

type OpenHome = Parameters<typeof connectOrCreate>[0];

const give = (text: string) => () => Promise.resolve(ok(Secret.of(text)));
const ask = give('the passphrase of the vault');

function homeParts(dataDir: string): OpenHome {
  return {
    ...systemWorld,
    home: {
      configDir: join(dataDir, 'config'),
      configFile: join(dataDir, 'config', 'config.json'),
      dataDir,
      runtimeDir: join(dataDir, 'run'),
    },
    keyring: memoryKeyring(),
    machineId: 'machine-1',
    storage: 'file',
    frontEnd: {
      ...{ isPassphraseTyped: () => false, askPassphrase: ask, askPresentPassphrase: ask },
      ...{ askNewPassphrase: ask, onWrongPassphrase: () => undefined },
      ...{ onRecovered: () => undefined, onCreated: () => undefined },
      onRecoveryCode: () => undefined,
    },
  };
}

const askBackupPassphrase = give('the passphrase of the backup');

export const backUp = async (dataDir: string, file: string): Promise<unknown> =>
  valueOf(await makeBackup({ ...homeParts(dataDir), file, askBackupPassphrase }));

export const restore = async (dataDir: string, file: string): Promise<unknown> =>
  valueOf(
    await restoreBackup({
      ...homeParts(dataDir),
      ...{ file, askBackupPassphrase },
      agreeToReplace: () => Promise.resolve(ok()),
    }),
  );

async function withStore<T>(dataDir: string, use: (store: ConversationStore) => T): Promise<T> {
  const parts = homeParts(dataDir);
  const vault = valueOf(await connectOrCreate(parts));
  const key = valueOf(await vault.deriveKey('database/conversations'));
  const path = join(dataDir, 'conversations.db');
  const store = expectOk(openSqliteConversations({ ...parts, path, key }));
  try {
    return use(store);
  } finally {
    store.close();
  }
}

const NAME = secretName.from('mark');

/** Marks the state of a home: its secret and its only chat have the mark as their name. */
export async function mark(dataDir: string, text: string): Promise<void> {
  const vault = valueOf(await connectOrCreate(homeParts(dataDir)));
  valueOf(await vault.put(singleValue(NAME, Secret.of(text), 1)));
  await withStore(dataDir, (store) => {
    for (const id of expectOk(store.ids())) expectOk(store.remove(id));
    expectOk(store.create({ title: text }));
  });
}

/** The marks of the secret and of the chats. */
export async function marksOf(dataDir: string): Promise<readonly string[]> {
  const vault = valueOf(await connectOrCreate(homeParts(dataDir)));
  const taken = valueOf(await vault.get(NAME));
  const values = [...(taken?.fields.values() ?? [])].map(revealSecret);
  const titles = await withStore(dataDir, (store) =>
    expectOk(store.list({ limit: 10 })).conversations.map(({ title }) => title),
  );
  return [...values, ...titles];
}
