import { expectOk, failed } from '@postern/kernel';
import { vaultId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { withMac } from '../primitives/maced-json.ts';
import { newDataKey } from '../slots/data-key.ts';
import { newLastingKey } from '../slots/lasting-key.ts';
import { flips, truncations } from '../testing/damage.ts';
import { systemRandomness } from '../testing/test-world.ts';
import { decodeAnchor, encodeAnchor, type AnchorRecord } from './anchor-file.ts';

const VAULT = vaultId.from('01arz3ndektsv4rrffq69g5fav');
const DATA_KEY = newDataKey(VAULT, systemRandomness);
const LASTING = newLastingKey(DATA_KEY, systemRandomness);
const OTHER = newLastingKey(DATA_KEY, systemRandomness);
const RECORD: AnchorRecord = {
  revision: 7,
  slots: 2,
  secrets: 5,
  audit: { count: 40, hash: 'a'.repeat(64), atMs: 1_764_000_000_000 },
};
const TEXT = encodeAnchor(VAULT, RECORD, LASTING);

describe('the anchor', () => {
  it.each([RECORD, { ...RECORD, audit: undefined }])('is read as it was written', (record) => {
    const anchor = expectOk(decodeAnchor(encodeAnchor(VAULT, record, LASTING)));
    expect(anchor).toMatchObject({ vaultId: VAULT, record });
    expect([anchor.isProvenBy(LASTING), anchor.isProvenBy(OTHER)]).toEqual([true, false]);
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
    ['a hash that is text', 'aaaa', 'a a"', { damage: 'malformed' }],
  ])('is refused with %s, though its MAC is right', (_, from, to, failure) => {
    const json = `${TEXT.slice(0, TEXT.indexOf(',"mac":'))}}`.replace(from, to);
    const forged = withMac(json, LASTING.derive('postern/v1/anchor-mac'));
    expect(decodeAnchor(forged)).toMatchObject(failed(failure));
  });
});
