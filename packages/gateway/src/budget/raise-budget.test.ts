import { expectOk } from '@postern/kernel';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LimitsWorld, NOON } from '../testing/limits-world.ts';
import { raiseBudget } from './raise-budget.ts';

describe('raiseBudget', () => {
  it('lets more calls through until its end, in a gateway that runs already', () => {
    const world = new LimitsWorld();
    const gateway = world.gateway();
    const budget = { amountMicroUsd: 1000, period: 'month' } as const;
    const passes = (): boolean => gateway.reserve({ budget, estimate: { costMicroUsd: 1000 } }).ok;
    expect([passes(), passes()]).toEqual([true, false]);
    const raise = { keyId: world.keyId, amountMicroUsd: 2000, untilMs: NOON + 5000 };
    const clock = { nowMs: () => world.nowMs, monotonicMs: () => world.nowMs };
    const randomness = { bytes: (count: number) => randomBytes(count) };
    expectOk(raiseBudget(world.database, raise, { clock, randomness }));
    expect(passes()).toBe(true);
    world.nowMs = NOON + 5000;
    expect(passes()).toBe(false);
  });
});
