import { secretName } from '@postern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { testChoice } from '../testing/test-choice.ts';
import {
  CredentialCooldowns,
  type CredentialStatus,
  type CredentialUse,
} from './credential-cooldowns.ts';

const HOUR_MS = 3_600_000;
const { provider } = testChoice('one/model');
const secret = secretName.from('one');
let nowMs: number;
let changes: string[];
let cooldowns: CredentialCooldowns;

beforeEach(() => {
  nowMs = 0;
  changes = [];
  cooldowns = new CredentialCooldowns({ nowMs: () => 0, monotonicMs: () => nowMs }, ({ kind }) =>
    changes.push(kind),
  );
});

const begin = (changes: Partial<CredentialUse> = {}): CredentialUse => ({
  ...{ provider, secret, changedAtMs: 1, scope: 'model', order: cooldowns.begin() },
  ...changes,
});
const waitMs = (scope = 'model', changedAtMs = 1): number =>
  cooldowns.waitMs({ provider, secret }, scope, changedAtMs);

describe('a cooldown', () => {
  it.each<readonly [CredentialStatus, number | undefined, number]>([
    [401, undefined, 60_000],
    [401, 5000, 60_000],
    [429, undefined, 10_000],
    [429, 5000, 5000],
    [429, 0, 1000],
    [429, 30 * 24 * HOUR_MS, HOUR_MS],
  ])('after %i with retry-after %s lasts %i ms', (status, retryAfterMs, expected) => {
    cooldowns.cool(begin(), status, retryAfterMs);
    expect(waitMs()).toBe(expected);
  });

  it('doubles with each failure in a row, up to an hour, and is reported once', () => {
    const waits = Array.from({ length: 8 }, () => {
      nowMs += HOUR_MS;
      cooldowns.cool(begin(), 401);
      return waitMs() / 60_000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    cooldowns.succeed(begin());
    expect(waitMs()).toBe(0);
    cooldowns.cool(begin(), 401);
    expect(waitMs()).toBe(60_000);
    expect(changes).toEqual(['credential-cooling', 'credential-recovered', 'credential-cooling']);
  });

  it('counts attempts that ran at the same time once, and not their success', () => {
    const [one, two, three] = [begin(), begin(), begin()];
    cooldowns.cool(one, 401);
    cooldowns.cool(two, 401);
    cooldowns.succeed(three);
    expect(waitMs()).toBe(60_000);
    expect(changes).toHaveLength(1);
  });

  it("doesn't hold for a new value, whose failures count from the start", () => {
    for (let at = 0; at < 3; at += 1) cooldowns.cool(begin(), 401);
    expect(waitMs('model', 2)).toBe(0);
    const late = begin();
    cooldowns.cool(begin({ changedAtMs: 2 }), 401);
    expect(waitMs('model', 2)).toBe(60_000);
    cooldowns.cool(late, 401);
    expect(waitMs('model', 2)).toBe(60_000);
  });

  it('forgets the oldest of very many models that clients name', () => {
    cooldowns.cool(begin(), 429);
    for (let at = 0; at < 1000; at += 1) cooldowns.cool(begin({ scope: `made-up-${at}` }), 429);
    expect(waitMs()).toBe(0);
    expect(waitMs('made-up-999')).toBe(10_000);
  });

  it('shows until when it lasts', () => {
    expect(cooldowns.isCooling({ provider, secret })).toBe(false);
    cooldowns.cool(begin(), 429);
    expect(cooldowns.isCooling({ provider, secret })).toBe(true);
    nowMs = 10_000;
    expect(cooldowns.isCooling({ provider, secret })).toBe(false);
  });
});
