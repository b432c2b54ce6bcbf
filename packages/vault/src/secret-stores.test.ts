import { join } from 'node:path';
import { nodeDisk, writeAtomically } from '@postern/disk';
import { expectOk } from '@postern/kernel';
import { vaultId } from '@postern/protocol';
import { fileStore } from './file/file-store.ts';
import { newContentKey, SECRETS_FILE, sealSecrets } from './file/secrets-file.ts';
import { writeIndex } from './keyring/keyring-index.ts';
import { keyringStore } from './keyring/keyring-store.ts';
import { memoryStore } from './memory-store.ts';
import { newDataKey } from './slots/data-key.ts';
import { memoryKeyring } from './testing/memory-keyring.ts';
import { secretStoreContract } from './testing/secret-store-contract.ts';
import { systemClock, systemWorld, temporaryDirectory } from './testing/test-world.ts';
import { vaultLock } from './vault-lock.ts';

const VAULT = vaultId.from('01arz3ndektsv4rrffq69g5fav');

secretStoreContract('memory', () => {
  const store = memoryStore();
  return Promise.resolve({ store, reopen: () => Promise.resolve(store) });
});

secretStoreContract('the encrypted file', async () => {
  const directory = await temporaryDirectory();
  const { randomness } = systemWorld;
  const dataKey = newDataKey(VAULT, randomness);
  const contentKey = await newContentKey(dataKey, undefined, systemWorld);
  const bytes = await sealSecrets(dataKey, contentKey, new Map(), 1);
  expectOk(await writeAtomically(nodeDisk, join(directory, SECRETS_FILE), bytes, randomness));
  const open = () => {
    const lock = vaultLock(join(directory, 'vault.lock'), systemClock);
    return fileStore({ directory, disk: nodeDisk, lock, ...systemWorld, dataKey });
  };
  return { store: open(), reopen: () => Promise.resolve(open()) };
});

secretStoreContract('a keyring', async () => {
  const directory = await temporaryDirectory();
  const keyring = memoryKeyring();
  expectOk(await writeIndex(keyring, VAULT, new Map()));
  const open = () => {
    const lock = vaultLock(join(directory, 'vault.lock'), systemClock);
    return keyringStore({ vaultId: VAULT, keyring, lock });
  };
  return { store: open(), reopen: () => Promise.resolve(open()) };
});
