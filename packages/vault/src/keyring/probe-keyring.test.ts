import { failed, ok, Secret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { memoryKeyring } from '../testing/memory-keyring.ts';
import { systemRandomness } from '../testing/test-world.ts';
import type { KeyringFailure, KeyringPort } from './keyring-port.ts';
import { checkStorage, chooseStorage, probeKeyring, type KeyringProbe } from './probe-keyring.ts';

const WORKS: KeyringProbe = { available: true };
const LOCKED: KeyringFailure = { reason: 'keyring-locked' };
const FAILS: KeyringProbe = { available: false, failure: LOCKED };
const NOT_KEEPING: KeyringProbe = {
  available: false,
  failure: { reason: 'keyring-unavailable', cause: 'not-keeping' },
};

describe('probing a keyring', () => {
  it('finds a working keyring and leaves no entry in it', async () => {
    const keyring = memoryKeyring();
    expect(await probeKeyring(keyring, systemRandomness)).toEqual(WORKS);
    expect(keyring.entries.size).toBe(0);
  });

  it("reports why a keyring doesn't work", async () => {
    const keyring = memoryKeyring();
    keyring.failure = LOCKED;
    expect(await probeKeyring(keyring, systemRandomness)).toEqual(FAILS);
  });

  it.each<readonly [string, Partial<KeyringPort>]>([
    ['loses entries', { get: () => Promise.resolve(ok(undefined)) }],
    ['returns a different value', { get: () => Promise.resolve(ok(Secret.of('other'))) }],
    ['keeps removed entries', { remove: () => Promise.resolve(ok(false)) }],
  ])('refuses a keyring that %s', async (_, wrong) => {
    const keyring: KeyringPort = { ...memoryKeyring(), ...wrong };
    expect(await probeKeyring(keyring, systemRandomness)).toEqual(NOT_KEEPING);
  });
});

describe('choosing the storage', () => {
  it.each([
    ['auto', WORKS, ok('keyring')],
    ['auto', NOT_KEEPING, ok('file')],
    // It works once it is unlocked, so only the user may choose the other storage.
    ['auto', FAILS, failed(LOCKED)],
    ['keyring', WORKS, ok('keyring')],
    ['keyring', FAILS, failed(LOCKED)],
    ['file', WORKS, ok('file')],
    ['file', FAILS, ok('file')],
  ] as const)('for a new vault: %s with %o', (mode, probe, chosen) => {
    expect(chooseStorage(mode, probe)).toEqual(chosen);
  });

  it.each([
    ['auto', 'keyring', ok()],
    ['auto', 'file', ok()],
    ['keyring', 'keyring', ok()],
    ['file', 'file', ok()],
    ['file', 'keyring', failed({ reason: 'backend-changed', recorded: 'keyring', found: 'file' })],
    ['keyring', 'file', failed({ reason: 'backend-changed', recorded: 'file', found: 'keyring' })],
  ] as const)('for an existing vault: mode %s, stored in %s', (mode, recorded, outcome) => {
    expect(checkStorage(mode, recorded)).toEqual(outcome);
  });
});
