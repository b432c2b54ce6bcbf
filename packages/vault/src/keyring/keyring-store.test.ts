import { expectOk, failed, ok, Secret } from '@postern/kernel';
import { secretName, vaultId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { singleValue } from '../secret-store.ts';
import { memoryKeyring, type MemoryKeyring } from '../testing/memory-keyring.ts';
import { writeIndex } from './keyring-index.ts';
import type { KeyringPort } from './keyring-port.ts';
import { keyringStore } from './keyring-store.ts';
import type { VaultLock } from '../vault-lock.ts';

const VAULT = vaultId.from('01arz3ndektsv4rrffq69g5fav');
const RECORD = singleValue(secretName.from('openai'), Secret.of('sk-test-1'), 1);
const NEXT = singleValue(RECORD.name, Secret.of('sk-test-2'), 2, RECORD);
const lock: VaultLock = { hold: (work) => work() };

/** A keyring that fails after `calls` calls, as if its service had crashed. */
function dyingAfter(keyring: MemoryKeyring, calls: number): KeyringPort {
  let left = calls;
  const dead = failed({ reason: 'keyring-unavailable', cause: 'no-answer' } as const);
  const alive = () => (left -= 1) >= 0;
  return {
    get: (account) => (alive() ? keyring.get(account) : Promise.resolve(dead)),
    set: (account, value) => (alive() ? keyring.set(account, value) : Promise.resolve(dead)),
    remove: (account) => (alive() ? keyring.remove(account) : Promise.resolve(dead)),
  };
}

async function filled(): Promise<MemoryKeyring> {
  const keyring = memoryKeyring();
  expectOk(await writeIndex(keyring, VAULT, new Map()));
  return keyring;
}

describe('a keyring that fails at any call', () => {
  it.each(Array.from({ length: 5 }, (_, calls) => calls))(
    'after %i calls of a put, has the old or the new value and lists it',
    async (calls) => {
      const keyring = await filled();
      const store = keyringStore({ vaultId: VAULT, keyring, lock });
      for (const [record, before] of [
        [RECORD, undefined],
        [NEXT, RECORD],
      ] as const) {
        const dying = keyringStore({ vaultId: VAULT, keyring: dyingAfter(keyring, calls), lock });
        const put = await dying.put(record);
        const now = expectOk(await store.get(record.name));
        expect([before?.updatedAtMs, record.updatedAtMs]).toContain(now?.updatedAtMs);
        if (put.ok) expect(now?.updatedAtMs).toBe(record.updatedAtMs);
        const listed = expectOk(await store.list());
        expect(listed.map(({ updatedAtMs }) => updatedAtMs)).toEqual(
          now === undefined ? [] : [now.updatedAtMs],
        );
        expectOk(await store.put(record));
      }
    },
  );

  it.each([0, 1, 2, 3, 4])(
    'after %i calls of a removal, lists the secret only if it exists',
    async (calls) => {
      const keyring = await filled();
      const store = keyringStore({ vaultId: VAULT, keyring, lock });
      expectOk(await store.put(RECORD));
      const dying = keyringStore({ vaultId: VAULT, keyring: dyingAfter(keyring, calls), lock });
      await dying.remove(RECORD.name);
      const now = expectOk(await store.get(RECORD.name));
      expect(expectOk(await store.list())).toHaveLength(now === undefined ? 0 : 1);
      expectOk(await store.remove(RECORD.name));
      expect(await store.get(RECORD.name)).toEqual(ok());
      expect(await store.list()).toEqual(ok([]));
    },
  );
});

describe('two vaults in one keyring', () => {
  it("don't affect each other", async () => {
    const keyring = await filled();
    const other = vaultId.from('01arz3ndektsv4rrffq69g5faw');
    expectOk(await writeIndex(keyring, other, new Map()));
    const one = keyringStore({ vaultId: VAULT, keyring, lock });
    const two = keyringStore({ vaultId: other, keyring, lock });
    expectOk(await one.put(RECORD));
    expect(await two.get(RECORD.name)).toEqual(ok());
    expect(await two.remove(RECORD.name)).toEqual(ok(false));
    expect(expectOk(await one.list())).toHaveLength(1);
  });
});
