import { expectOk, failed, revealSecret, Secret, type JsonObject } from '@postern/kernel';
import { secretName, vaultId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { withDigest } from '../primitives/digested-json.ts';
import { flips, truncations } from '../testing/damage.ts';
import { memoryKeyring } from '../testing/memory-keyring.ts';
import { loadSalt, storeSalt } from '../vault/keyring-salt.ts';
import {
  indexAccount,
  openEntry,
  sealEntry,
  secretAccount,
  slotAccount,
} from './keyring-entries.ts';
import { readIndex, writeIndex } from './keyring-index.ts';
import { keyringStore } from './keyring-store.ts';

const VAULT = vaultId.from('01arz3ndektsv4rrffq69g5fav');
const NAME = secretName.from('openai');
const ACCOUNT = secretAccount(VAULT, NAME);
const MEMBERS: JsonObject = { fields: { value: 'sk-é-0123' }, createdAtMs: 1, updatedAtMs: 2 };
const SLOT = 'AAAAAAAAAAAAAAAA';
const lock = { hold: <T>(work: () => Promise<T>): Promise<T> => work() };

const textOf = (bytes: Uint8Array) => Secret.of(Buffer.from(bytes).toString('utf8'));
const bytesOf = (value: Secret) => Buffer.from(revealSecret(value));

describe('a keyring entry', () => {
  it('opens under its own account only', () => {
    const value = sealEntry(ACCOUNT, MEMBERS);
    expect(openEntry(ACCOUNT, value)).toEqual({ state: 'sound', members: MEMBERS });
    const other = secretAccount(VAULT, secretName.from('other'));
    expect(openEntry(other, value)).toEqual({ state: 'malformed' });
    const elsewhere = secretAccount(vaultId.from('01arz3ndektsv4rrffq69g5faw'), NAME);
    expect(openEntry(elsewhere, value)).toEqual({ state: 'malformed' });
  });

  it('refuses every flipped byte and truncation', () => {
    const bytes = bytesOf(sealEntry(ACCOUNT, MEMBERS));
    for (const [at, damaged] of flips(bytes)) {
      expect(openEntry(ACCOUNT, textOf(damaged)), `byte ${String(at)}`).toEqual({
        state: 'malformed',
      });
    }
    for (const cut of truncations(bytes)) {
      expect(openEntry(ACCOUNT, textOf(cut))).toEqual({ state: 'malformed' });
    }
  });

  it.each<readonly [string, string, 'malformed' | 'newer']>([
    ['a newer version', withDigest(`{"v":2,"account":"${ACCOUNT}"}`), 'newer'],
    ['no version', withDigest(`{"account":"${ACCOUNT}"}`), 'malformed'],
    ["something that isn't an object", withDigest('[1]'), 'malformed'],
    ['a prototype', withDigest(`{"v":1,"account":"${ACCOUNT}","__proto__":{}}`), 'malformed'],
    ['deep nesting', withDigest(`{"v":1,"x":${'['.repeat(9999)}}`), 'malformed'],
    ['no digest', `{"v":1,"account":"${ACCOUNT}"}`, 'malformed'],
    ['an empty value', '', 'malformed'],
    ['five megabytes', withDigest(`{"x":"${'x'.repeat(5_000_000)}"}`), 'malformed'],
  ])('refuses %s', (_, text, state) => {
    expect(openEntry(ACCOUNT, Secret.of(text))).toEqual({ state });
  });
});

/** For each kind of entry: how to create one, and how Postern reads it. */
const KINDS = [
  {
    kind: 'a secret',
    account: ACCOUNT,
    make: async (keyring: ReturnType<typeof memoryKeyring>) => {
      expectOk(await writeIndex(keyring, VAULT, new Map([[NAME, undefined]])));
      return await keyring.set(ACCOUNT, sealEntry(ACCOUNT, MEMBERS));
    },
    read: (keyring: ReturnType<typeof memoryKeyring>) =>
      keyringStore({ vaultId: VAULT, keyring, lock }).get(NAME),
  },
  {
    kind: 'the index',
    account: indexAccount(VAULT),
    make: (keyring: ReturnType<typeof memoryKeyring>) =>
      writeIndex(
        keyring,
        VAULT,
        new Map([[NAME, { fields: ['value'], createdAtMs: 1, updatedAtMs: 2 }]]),
      ),
    read: (keyring: ReturnType<typeof memoryKeyring>) => readIndex(keyring, VAULT),
  },
  {
    kind: 'a salt',
    account: slotAccount(VAULT, SLOT),
    make: (keyring: ReturnType<typeof memoryKeyring>) =>
      storeSalt(keyring, VAULT, SLOT, new Uint8Array(32).fill(7)),
    read: (keyring: ReturnType<typeof memoryKeyring>) => loadSalt(keyring, VAULT, SLOT),
  },
];

describe.each(KINDS)('$kind in the keyring', ({ account, make, read }) => {
  it('reports which entry is damaged, for every flipped byte and truncation', async () => {
    const keyring = memoryKeyring();
    expectOk(await make(keyring));
    expect(await read(keyring)).toMatchObject({ ok: true });
    const bytes = bytesOf(keyring.entries.get(account) ?? Secret.of(''));
    const damages = [...[...flips(bytes)].map(([, damaged]) => damaged), ...truncations(bytes)];
    expect(damages.length).toBeGreaterThan(200);
    for (const damaged of damages) {
      keyring.entries.set(account, textOf(damaged));
      expect(await read(keyring)).toEqual(
        failed({ reason: 'vault-damaged', file: account, damage: 'malformed' }),
      );
    }
  });
});
