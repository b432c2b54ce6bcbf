import { expectOk, revealSecret, Secret } from '@postern/kernel';
import { openMemoryDatabase } from '@postern/database';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY_MIGRATIONS } from '../store/migrations.ts';
import type { GatewayKeyStore, IssuedKey } from './gateway-key.ts';
import { gatewayKeyState } from './gateway-key.ts';
import { keyHasher } from './key-hash.ts';
import { SqliteKeys } from './sqlite-keys.ts';

const HOUR_MS = 3_600_000;

let keys: GatewayKeyStore;
let nowMs: number;
let first: IssuedKey;

beforeEach(() => {
  nowMs = 1_800_000_000_000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const database = openMemoryDatabase({ migrations: GATEWAY_MIGRATIONS, label: 'gateway' });
  const hashOf = keyHasher(Secret.of('ab'.repeat(32)));
  keys = new SqliteKeys(database, hashOf, clock, { bytes: (count) => randomBytes(count) });
  first = expectOk(keys.create({ name: 'laptop', settings: { models: 'all' } }));
  // The cache must not keep anything that the tests below change.
  expect(verdictOf(first)).toBe('valid');
});

/** `valid`, or why the text of a key is refused. */
function verdictOf({ key }: IssuedKey): string {
  const verdict = expectOk(keys.resolve(revealSecret(key)));
  if (!verdict.ok) expect(verdict.keyId).toBe(first.record.id);
  return verdict.ok ? 'valid' : verdict.code;
}

const stateNow = (): string => {
  const [record] = expectOk(keys.list());
  return gatewayKeyState(record ?? expect.fail(), nowMs);
};

describe('a rotated key', () => {
  it('is valid under both texts until the grace period ends', () => {
    const second = expectOk(keys.rotate(first.record.id, HOUR_MS));
    expect(second.record).toMatchObject({
      id: first.record.id,
      models: 'all',
      generation: 2,
      previousUntilMs: nowMs + HOUR_MS,
      hint: `…${revealSecret(second.key).slice(-4)}`,
    });
    nowMs += HOUR_MS - 1;
    expect([verdictOf(first), verdictOf(second)]).toEqual(['valid', 'valid']);
    nowMs += 1;
    expect([verdictOf(first), verdictOf(second)]).toEqual(['GATEWAY_KEY_ROTATED', 'valid']);
    expect(expectOk(keys.list())[0]?.previousUntilMs).toBeUndefined();
  });

  it('without a grace period has no other valid text, not even one from an earlier rotation', () => {
    const second = expectOk(keys.rotate(first.record.id, HOUR_MS));
    const third = expectOk(keys.rotate(first.record.id, 0));
    expect([first, second, third].map(verdictOf)).toEqual([
      'GATEWAY_KEY_ROTATED',
      'GATEWAY_KEY_ROTATED',
      'valid',
    ]);
  });

  it('has no earlier text that is valid for longer than the last grace period', () => {
    expectOk(keys.rotate(first.record.id, 24 * HOUR_MS));
    const second = expectOk(keys.rotate(first.record.id, HOUR_MS));
    nowMs += HOUR_MS;
    expect([verdictOf(first), verdictOf(second)]).toEqual(['GATEWAY_KEY_ROTATED', 'valid']);
  });

  it('that is revoked has no valid text', () => {
    const second = expectOk(keys.rotate(first.record.id, HOUR_MS));
    expectOk(keys.revoke(first.record.id));
    expect([first, second].map(verdictOf)).toEqual(['GATEWAY_KEY_REVOKED', 'GATEWAY_KEY_REVOKED']);
  });

  it('keeps the running calls of a text for as long as the text is valid', () => {
    const { id: keyId } = first.record;
    const live = (generation: number): boolean => expectOk(keys.isLive({ keyId, generation }));
    expect([live(1), live(2)]).toEqual([true, false]);
    expectOk(keys.rotate(keyId, HOUR_MS));
    expect([live(1), live(2)]).toEqual([true, true]);
    nowMs += HOUR_MS;
    expect([live(1), live(2)]).toEqual([false, true]);
  });
});

describe('a disabled key', () => {
  it('is refused until it is enabled', () => {
    const { id } = first.record;
    expect(expectOk(keys.setDisabled(id, true)).disabledAtMs).toBe(nowMs);
    expect([verdictOf(first), stateNow()]).toEqual(['GATEWAY_KEY_DISABLED', 'disabled']);
    expect(expectOk(keys.isLive({ keyId: id }))).toBe(false);
    nowMs += 1;
    expect(expectOk(keys.setDisabled(id, true)).disabledAtMs).toBe(nowMs - 1);
    expect(expectOk(keys.setDisabled(id, false)).disabledAtMs).toBeUndefined();
    expect([verdictOf(first), stateNow()]).toEqual(['valid', 'active']);
  });
});

describe('an expiring key', () => {
  it('is refused from its expiry on, although it is cached', () => {
    const { id } = first.record;
    expectOk(keys.update(id, { expiresAtMs: nowMs + HOUR_MS }));
    expect(verdictOf(first)).toBe('valid');
    nowMs += HOUR_MS;
    expect([verdictOf(first), stateNow()]).toEqual(['GATEWAY_KEY_EXPIRED', 'expired']);
    expect(expectOk(keys.isLive({ keyId: id }))).toBe(false);
    expectOk(keys.update(id, { expiresAtMs: undefined }));
    expect([verdictOf(first), stateNow()]).toEqual(['valid', 'active']);
  });

  it('has no earlier text that is valid after it', () => {
    expectOk(keys.update(first.record.id, { expiresAtMs: nowMs + HOUR_MS }));
    const second = expectOk(keys.rotate(first.record.id, 2 * HOUR_MS));
    nowMs += HOUR_MS;
    expect([first, second].map(verdictOf)).toEqual(['GATEWAY_KEY_EXPIRED', 'GATEWAY_KEY_EXPIRED']);
  });
});

describe('an updated key', () => {
  it('grants the new settings, and keeps the others', () => {
    const { id } = first.record;
    expectOk(keys.update(id, { endpoints: ['chat'], owner: 'Ada' }));
    const updated = expectOk(keys.update(id, { models: ['gpt'] }));
    expect(updated).toMatchObject({ models: ['gpt'], endpoints: ['chat'], owner: 'Ada' });
    const verdict = expectOk(keys.resolve(revealSecret(first.key)));
    expect(verdict).toMatchObject({ grant: { models: ['gpt'], endpoints: ['chat'] } });
  });

  it('is unchanged if a new setting is malformed', () => {
    const { id } = first.record;
    expect(keys.update(id, { addresses: ['everywhere'] })).toMatchObject({
      failure: { reason: 'gateway-key-settings-invalid' },
    });
    expect(expectOk(keys.list())).toEqual([first.record]);
  });
});
