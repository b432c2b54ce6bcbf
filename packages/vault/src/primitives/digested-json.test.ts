import { failed, ok } from '@postern/kernel';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { flips, truncations } from '../testing/damage.ts';
import { withDigest, withoutDigest } from './digested-json.ts';

const JSON_TEXT = '{"v":1,"text":"a \\"quoted\\" } and ,\\"digest\\":\\"x\\"}"}';
const TEXT = withDigest(JSON_TEXT);

it('is JSON with an additional member, which can be removed again', () => {
  const { digest, ...members } = v.parse(v.looseObject({ digest: v.string() }), JSON.parse(TEXT));
  expect(members).toEqual(JSON.parse(JSON_TEXT));
  expect(digest).toHaveLength(43);
  expect(TEXT).toMatch(/,"digest":"[\w-]{43}"\}$/);
  expect(withoutDigest(TEXT)).toEqual(ok(JSON_TEXT));
});

it('refuses every flipped byte, truncation and appended byte', () => {
  const bytes = Buffer.from(TEXT);
  for (const [at, damaged] of flips(bytes)) {
    const whole = withoutDigest(Buffer.from(damaged).toString('latin1'));
    expect(whole.ok, `byte ${String(at)}`).toBe(false);
  }
  for (const cut of truncations(bytes)) {
    expect(withoutDigest(Buffer.from(cut).toString())).toEqual(failed({ reason: 'malformed' }));
  }
  expect(withoutDigest(`${TEXT} `)).toEqual(failed({ reason: 'malformed' }));
  expect(withoutDigest(withDigest(TEXT)).ok).toBe(true);
  expect(withoutDigest(TEXT + TEXT).ok).toBe(false);
});
