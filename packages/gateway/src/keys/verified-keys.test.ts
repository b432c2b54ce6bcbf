import { revealSecret, Secret } from '@postern/kernel';
import { CLOSED_SCOPES, gatewayKeyId } from '@postern/protocol';
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { keyHasher } from './key-hash.ts';
import { mintKey } from './key-text.ts';
import { VerifiedKeys, type VerifiedToken } from './verified-keys.ts';

const TOKEN: VerifiedToken = {
  grant: {
    ...CLOSED_SCOPES,
    keyId: gatewayKeyId.from('0'.repeat(26)),
    owner: undefined,
    expiresAtMs: undefined,
  },
  endsAs: 'GATEWAY_KEY_EXPIRED',
};
const hashOf = keyHasher(Secret.of('ab'.repeat(32)));
const newText = (): string =>
  revealSecret(mintKey(hashOf, { bytes: (count) => randomBytes(count) }).key);

describe('verified keys', () => {
  it('asks the store once for a valid token', () => {
    const keys = new VerifiedKeys(
      () => 1,
      () => false,
    );
    const text = newText();
    const find = vi.fn(() => TOKEN);
    expect([keys.tokenOf(text, find), keys.tokenOf(text, find)]).toEqual([TOKEN, TOKEN]);
    expect(find).toHaveBeenCalledTimes(1);
  });

  it('asks the store again after another connection has written', async () => {
    let version = 1;
    const keys = new VerifiedKeys(
      () => version,
      () => false,
    );
    const text = newText();
    expect(keys.tokenOf(text, () => TOKEN)).toBe(TOKEN);
    version = 2;
    await setImmediate();
    expect(keys.tokenOf(text, () => undefined)).toBeUndefined();
  });

  it("reads the store's version once per turn of the event loop", async () => {
    const dataVersion = vi.fn(() => 1);
    const keys = new VerifiedKeys(dataVersion, () => false);
    const text = newText();
    for (let request = 0; request < 3; request += 1) keys.tokenOf(text, () => TOKEN);
    expect(dataVersion).toHaveBeenCalledTimes(1);
    await setImmediate();
    keys.tokenOf(text, () => TOKEN);
    expect(dataVersion).toHaveBeenCalledTimes(2);
  });

  it('asks the store again after it was cleared, and for every invalid token', () => {
    const keys = new VerifiedKeys(
      () => 1,
      () => false,
    );
    const text = newText();
    keys.tokenOf(text, () => TOKEN);
    keys.clear();
    const find = vi.fn(() => undefined);
    keys.tokenOf(text, find);
    keys.tokenOf(text, find);
    expect(find).toHaveBeenCalledTimes(2);
  });

  it("refuses what isn't a key without the store", () => {
    const unreadable = (): never => {
      throw new Error('the store was read');
    };
    expect(
      new VerifiedKeys(unreadable, unreadable).tokenOf('sk-other', unreadable),
    ).toBeUndefined();
  });

  it('asks the store about a text without a checksum only if there are imported keys', () => {
    const text = 'sk-8fK2mQz7VxT1cRb9LpW4Ng';
    const find = vi.fn(() => TOKEN);
    const without = vi.fn(() => false);
    const keys = new VerifiedKeys(() => 1, without);
    for (let guess = 0; guess < 3; guess += 1) expect(keys.tokenOf(text, find)).toBeUndefined();
    expect([find.mock.calls.length, without.mock.calls.length]).toEqual([0, 1]);
    expect(
      new VerifiedKeys(
        () => 1,
        () => true,
      ).tokenOf(text, find),
    ).toBe(TOKEN);
  });

  it('hands a failure of the store on, and reads it again the next time', () => {
    let fails = true;
    const keys = new VerifiedKeys(
      () => {
        if (fails) throw new Error('unreadable');
        return 1;
      },
      () => false,
    );
    const text = newText();
    expect(() => keys.tokenOf(text, () => TOKEN)).toThrow('unreadable');
    fails = false;
    expect(keys.tokenOf(text, () => TOKEN)).toBe(TOKEN);
  });
});
