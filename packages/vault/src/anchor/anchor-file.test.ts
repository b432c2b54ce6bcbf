import { expectOk, failed } from '@postern/kernel';
import { vaultId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { withMac } from '../primitives/maced-json.ts';
import { newDataKey } from '../slots/data-key.ts';
import { newStableKey } from '../slots/stable-key.ts';
import { flips, truncations } from '../testing/damage.ts';
import { systemRandomness } from '../testing/test-world.ts';
import { decodeAnchor, encodeAnchor, type AnchorRecord } from './anchor-file.ts';

const VAULT = vaultId.from('01arz3ndektsv4rrffq69g5fav');
const DATA_KEY = newDataKey(VAULT, systemRandomness);
const STABLE_KEY = newStableKey(DATA_KEY, systemRandomness);
const OTHER = newStableKey(DATA_KEY, systemRandomness);
const RECORD: AnchorRecord = {
  revision: 7,
  slots: 2,
  secrets: 5,
  audit: { count: 40, hash: 'a'.repeat(64), atMs: 1_764_000_000_000 },
};
const TEXT = encodeAnchor(VAULT, RECORD, STABLE_KEY);

describe('the anchor', () => {
  it.each([RECORD, { ...RECORD, audit: undefined }])('is read back unchanged', (record) => {
    const anchor = expectOk(decodeAnchor(encodeAnchor(VAULT, record, STABLE_KEY)));
    expect(anchor).toMatchObject({ vaultId: VAULT, record });
    expect([anchor.isVerifiedBy(STABLE_KEY), anchor.isVerifiedBy(OTHER)]).toEqual([true, false]);
  });

  it('is refused for every flipped byte and truncation', () => {
    for (const [at, damaged] of flips(Buffer.from(TEXT))) {
      const anchor = decodeAnchor(Buffer.from(damaged).toString());
      expect(anchor.ok, `byte ${String(at)}`).toBe(false);
    }
    for (const cut of truncations(Buffer.from(TEXT))) {
      expect(decodeAnchor(Buffer.from(cut).toString()).ok).toBe(false);
    }
  });

  it.each<readonly [string, string, string, object]>([
    ['a newer version', '"version":1', '"version":2', { reason: 'version-unknown' }],
    ['a negative count', '"slots":2', '"slots":-2', { damage: 'malformed' }],
    ['an unknown member', '{"format"', '{"x":1,"format"', { damage: 'malformed' }],
    ['a hash with a space', 'aaaa', 'a a"', { damage: 'malformed' }],
  ])('is refused with %s, even with a correct MAC', (_, from, to, failure) => {
    const json = `${TEXT.slice(0, TEXT.indexOf(',"mac":'))}}`.replace(from, to);
    const forged = withMac(json, STABLE_KEY.derive('postern/v1/anchor-mac'));
    expect(decodeAnchor(forged)).toMatchObject(failed(failure));
  });
});
