import { revealSecret, Secret } from '@postern/kernel';
import { CLOSED_SCOPES, gatewayKeyId } from '@postern/protocol';
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Grant } from '../ports.ts';
import { keyHasher } from './key-hash.ts';
import { mintKey } from './key-text.ts';
import { VerifiedKeys } from './verified-keys.ts';

const GRANT: Grant = {
  ...CLOSED_SCOPES,
  keyId: gatewayKeyId.from('0'.repeat(26)),
  owner: undefined,
  expiresAtMs: undefined,
};
const hashOf = keyHasher(Secret.of('ab'.repeat(32)));
const newText = (): string =>
  revealSecret(mintKey(hashOf, { bytes: (count) => randomBytes(count) }).key);

describe('verified keys', () => {
  it('asks the store once for a valid token', () => {
    const keys = new VerifiedKeys(() => 1);
    const text = newText();
    const find = vi.fn(() => GRANT);
    expect([keys.grantOf(text, find), keys.grantOf(text, find)]).toEqual([GRANT, GRANT]);
    expect(find).toHaveBeenCalledTimes(1);
  });

  it('asks the store again after another connection has written', async () => {
    let version = 1;
    const keys = new VerifiedKeys(() => version);
    const text = newText();
    expect(keys.grantOf(text, () => GRANT)).toBe(GRANT);
    version = 2;
    await setImmediate();
    expect(keys.grantOf(text, () => undefined)).toBeUndefined();
  });

  it("reads the store's version once per turn of the event loop", async () => {
    const dataVersion = vi.fn(() => 1);
    const keys = new VerifiedKeys(dataVersion);
    const text = newText();
    for (let request = 0; request < 3; request += 1) keys.grantOf(text, () => GRANT);
    expect(dataVersion).toHaveBeenCalledTimes(1);
    await setImmediate();
    keys.grantOf(text, () => GRANT);
    expect(dataVersion).toHaveBeenCalledTimes(2);
  });

  it('asks the store again after it was cleared, and for every invalid token', () => {
    const keys = new VerifiedKeys(() => 1);
    const text = newText();
    keys.grantOf(text, () => GRANT);
    keys.clear();
    const find = vi.fn(() => undefined);
    keys.grantOf(text, find);
    keys.grantOf(text, find);
    expect(find).toHaveBeenCalledTimes(2);
  });

  it("refuses what isn't a key without the store", () => {
    const unreadable = (): never => {
      throw new Error('the store was read');
    };
    expect(new VerifiedKeys(unreadable).grantOf('sk-other', unreadable)).toBeUndefined();
  });

  it('hands a failure of the store on, and reads it again the next time', () => {
    let fails = true;
    const keys = new VerifiedKeys(() => {
      if (fails) throw new Error('unreadable');
      return 1;
    });
    const text = newText();
    expect(() => keys.grantOf(text, () => GRANT)).toThrow('unreadable');
    fails = false;
    expect(keys.grantOf(text, () => GRANT)).toBe(GRANT);
  });
});
