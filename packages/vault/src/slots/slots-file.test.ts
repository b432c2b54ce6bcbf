import { createHash } from 'node:crypto';
import { expectOk, failed, Secret } from '@postern/kernel';
import { vaultId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { flips, truncations } from '../testing/damage.ts';
import { systemClock, systemRandomness } from '../testing/test-world.ts';
import { KDF_COSTS } from '../kdf-costs.ts';
import {
  makeKeyringPassphraseSlot,
  makeKeyringSlot,
  makePassphraseSlot,
  makeRecoverySlot,
  newKeyringPart,
} from '../vault/make-slot.ts';
import { newDataKey } from './data-key.ts';
import { newStableKey } from './stable-key.ts';
import { decodeSlots, encodeSlots, type SlotsHeader } from './slots-file.ts';

const VAULT = vaultId.from('01arz3ndektsv4rrffq69g5fav');
const DATA_KEY = newDataKey(VAULT, systemRandomness);
const context = {
  clock: systemClock,
  randomness: systemRandomness,
  kdfCosts: KDF_COSTS,
  machineId: Secret.of('machine'),
};
const HEADER = await exampleHeader();
const BYTES = encodeSlots(HEADER, DATA_KEY);

async function exampleHeader(): Promise<SlotsHeader> {
  const slots = [
    (await makeKeyringSlot(context, DATA_KEY)).slot,
    await makePassphraseSlot(context, DATA_KEY, Secret.of('correct horse')),
    makeRecoverySlot(context, DATA_KEY, systemRandomness.bytes(16)),
  ];
  const stableKey = newStableKey(DATA_KEY, systemRandomness).seal(DATA_KEY, systemRandomness);
  return {
    generation: 3,
    vaultId: VAULT,
    dataKeyId: DATA_KEY.id,
    storage: 'file',
    createdAtMs: 1,
    slots,
    stableKey,
  };
}

/** Alters the file as an attacker without the data key can: with a correct digest. */
function forged(change: (body: string) => string): Buffer {
  const text = BYTES.toString('utf8');
  const proven = change(text.slice(0, text.indexOf(',"digest":"')));
  const digest = createHash('sha256').update(proven).digest('base64url');
  return Buffer.from(`${proven},"digest":"${digest}"}\n`);
}

describe('the slots file', () => {
  it('is read back unchanged, and verified by the data key', () => {
    const read = expectOk(decodeSlots(BYTES, KDF_COSTS));
    expect(read.header).toEqual(HEADER);
    const first = { ...HEADER, generation: 0 };
    const version1 = encodeSlots(first, DATA_KEY);
    expect(version1.toString()).toMatch(/^\{"format":"postern-slots","version":1,"vaultId"/);
    expect(expectOk(decodeSlots(version1, KDF_COSTS)).header).toEqual(first);
    expect(read.isVerifiedBy(DATA_KEY)).toBe(true);
    expect(read.isVerifiedBy(newDataKey(VAULT, systemRandomness))).toBe(false);
  });

  it('is of version 3 if it requires the keyring and the passphrase, which nothing may weaken', async () => {
    const phrase = Secret.of('correct horse');
    const part = newKeyringPart(context);
    const both = await makeKeyringPassphraseSlot(context, DATA_KEY, phrase, part);
    const recovery = makeRecoverySlot(context, DATA_KEY, systemRandomness.bytes(16));
    const header = { ...HEADER, slots: [both, recovery] };
    const bytes = encodeSlots(header, DATA_KEY);
    expect(bytes.toString()).toContain('"version":3,"generation":3');
    expect(expectOk(decodeSlots(bytes, KDF_COSTS)).header).toEqual(header);
    const [keyring, passphrase] = HEADER.slots;
    for (const weaker of [
      { ...header, slots: [both, recovery, ...(keyring ? [keyring] : [])] },
      { ...header, slots: [both, recovery, ...(passphrase ? [passphrase] : [])] },
      { ...header, slots: [both, both, recovery] },
      { ...header, storage: 'keyring' as const },
    ]) {
      const malformed = { failure: { reason: 'vault-damaged', damage: 'malformed' } };
      expect(decodeSlots(encodeSlots(weaker, DATA_KEY), KDF_COSTS)).toMatchObject(malformed);
    }
  });

  it('refuses every flipped byte as damage', () => {
    for (const [at, damaged] of flips(BYTES)) {
      const read = decodeSlots(damaged, KDF_COSTS);
      expect(read, `byte ${String(at)}`).toMatchObject({ failure: { reason: 'vault-damaged' } });
    }
  });

  it('refuses every truncation and appended bytes', () => {
    for (const cut of truncations(BYTES)) {
      expect(decodeSlots(cut, KDF_COSTS), `${String(cut.length)} bytes`).toEqual(
        failed({ reason: 'vault-damaged', file: 'slots.json', damage: 'malformed' }),
      );
    }
    expect(decodeSlots(Buffer.concat([BYTES, Buffer.from(' ')]), KDF_COSTS).ok).toBe(false);
    expect(decodeSlots(Buffer.concat([BYTES, BYTES]), KDF_COSTS).ok).toBe(false);
    expect(decodeSlots(Buffer.alloc(65_537, ' '), KDF_COSTS).ok).toBe(false);
  });

  it.each(HOSTILE_COSTS())('refuses %s before deriving anything', (_, from, to) => {
    const file = forged((body) => body.replace(from, to));
    expect(file.toString()).not.toBe(BYTES.toString());
    expect(decodeSlots(file, KDF_COSTS)).toEqual(
      failed({ reason: 'vault-damaged', file: 'slots.json', damage: 'parameters' }),
    );
  });

  it.each<readonly [string, (body: string) => string]>([
    ['a removed slot', (body) => body.replace(/\{"id":[^{]*"kind":"keyring".*?\}.*?\},/, '')],
    ['the other storage', (body) => body.replace('"storage":"file"', '"storage":"keyring"')],
    ['another time', (body) => body.replace('"createdAtMs":1,', '"createdAtMs":2,')],
    ['white space', (body) => body.replace('"slots":[', '"slots": [')],
  ])("parses a forged file with %s, but doesn't verify it", (_, change) => {
    const file = forged(change);
    expect(file.toString()).not.toBe(BYTES.toString());
    expect(expectOk(decodeSlots(file, KDF_COSTS)).isVerifiedBy(DATA_KEY)).toBe(false);
  });

  it.each<readonly [string, (body: string) => string, string]>([
    ['a newer version', (body) => body.replace('"version":2', '"version":4'), 'version-unknown'],
    [
      'version 3 without its slot',
      (body) => body.replace('"version":2', '"version":3'),
      'vault-damaged',
    ],
    ['version 0', (body) => body.replace('"version":2', '"version":0'), 'vault-damaged'],
    [
      'version 1 with a generation',
      (body) => body.replace('"version":2', '"version":1'),
      'vault-damaged',
    ],
    ['no generation', (body) => body.replace('"generation":3,', ''), 'vault-damaged'],
    ['generation 0', (body) => body.replace('"generation":3', '"generation":0'), 'vault-damaged'],
    ['no slots', (body) => body.replace(/"slots":\[.*\],/, '"slots":[],'), 'vault-damaged'],
    ['an unknown kind', (body) => body.replace('"recovery"', '"recover2"'), 'vault-damaged'],
    ['an unknown member', (body) => body.replace('{"format"', '{"x":1,"format"'), 'vault-damaged'],
    [
      'a prototype',
      (body) => body.replace('{"format"', '{"__proto__":{},"format"'),
      'vault-damaged',
    ],
    ['deep nesting', (body) => body.replace('[', '['.repeat(100)), 'vault-damaged'],
  ])('refuses %s', (_, change, reason) => {
    expect(decodeSlots(forged(change), KDF_COSTS)).toMatchObject({ failure: { reason } });
  });
});

function HOSTILE_COSTS(): readonly (readonly [string, string, string])[] {
  return [
    ['too few PBKDF2 iterations', '"iterations":256000', '"iterations":255999'],
    ['a billion PBKDF2 iterations', '"iterations":256000', '"iterations":1000000000'],
    ['a fraction of an iteration', '"iterations":256000', '"iterations":256000.5'],
    ['too little memory', '"memoryKiB":65536', '"memoryKiB":65535'],
    ['all the memory', '"memoryKiB":65536', '"memoryKiB":4294967295'],
    ['too few passes', '"passes":3', '"passes":2'],
    ['billions of passes', '"passes":3', '"passes":4294967295'],
    [
      'memory and passes whose product is too large',
      '"memoryKiB":65536,"passes":3',
      '"memoryKiB":524288,"passes":10',
    ],
    ['no lanes', '"lanes":4', '"lanes":0'],
    ['too many lanes', '"lanes":4', '"lanes":255'],
    ['a negative cost', '"passes":3', '"passes":-3'],
    ['a cost as text', '"passes":3', '"passes":"3"'],
    ['another key derivation function', '"name":"argon2id"', '"name":"argon2i"'],
  ];
}
