import { beforeEach, describe, expect, it } from 'vitest';
import { LimitsWorld, NOON, type WorldCall, type WorldGateway } from '../testing/limits-world.ts';

let world: LimitsWorld;
let gateway: WorldGateway;

beforeEach(() => {
  world = new LimitsWorld();
  gateway = world.gateway();
});

/** How many of `count` calls are let through. */
function through(count: number, call: WorldCall, gateways = [gateway]): number {
  let passed = 0;
  for (let at = 0; at < count; at += 1) {
    if (gateways[at % gateways.length]?.reserve(call).ok === true) passed += 1;
  }
  return passed;
}

describe('requests per minute', () => {
  const call = { limits: { requestsPerMinute: 60 } };

  it('lets exactly as many through as the limit says, and one more for each second', () => {
    expect(through(200, call)).toBe(60);
    world.nowMs += 999;
    expect(through(1, call)).toBe(0);
    world.nowMs += 1;
    expect(through(5, call)).toBe(1);
    world.nowMs += 10_000_000;
    expect(through(200, call)).toBe(60);
  });

  it('refills also after the clock was wrong for a month', () => {
    world.nowMs += 30 * 86_400_000;
    expect(through(60, call)).toBe(60);
    world.nowMs -= 30 * 86_400_000;
    expect(through(200, call)).toBe(60);
    world.nowMs += 5000;
    expect(through(200, call)).toBe(5);
    gateway.usage.flush();
    expect(gateway.limits.hasWork).toBe(false);
  });

  it('says when to retry', () => {
    through(60, call);
    expect(gateway.reserve(call)).toMatchObject({
      failure: {
        reason: 'rate-limited',
        limit: 'requests',
        retryAfterMs: 1000,
        state: { limit: 60, remaining: 0, resetMs: 60_000 },
      },
    });
  });

  it('holds for all processes, and across a restart', () => {
    const other = world.gateway();
    expect(through(30, call, [gateway, other])).toBe(30);
    gateway.close();
    other.close();
    expect(through(200, call, [world.gateway(), world.gateway()])).toBe(30);
  });

  it.each([1, 60, 1023, 5000, 12_000])('is never exceeded: %i', (requestsPerMinute) => {
    const gateways = [gateway, world.gateway(), world.gateway()];
    const limits = { requestsPerMinute };
    const passed = through(2 * requestsPerMinute + 10, { limits }, gateways);
    expect(passed).toBeLessThanOrEqual(requestsPerMinute);
    // What a process has taken in advance may be unused, but it is little.
    expect(passed).toBeGreaterThanOrEqual(requestsPerMinute * 0.97);
  });

  it('takes many at once far from the limit, so that the store is seldom asked', () => {
    const limits = { requestsPerMinute: 100_000 };
    through(1, { limits });
    const writes = world.number('SELECT total_changes()');
    through(300, { limits });
    expect(world.number('SELECT total_changes()') - writes).toBeLessThan(5);
  });

  it('gives back what it took in advance, so that nothing is lost', () => {
    const limits = { requestsPerMinute: 10_000 };
    const used = (): number => world.number('SELECT used FROM limit_account') / 60_000;
    through(1, { limits });
    expect(used()).toBeGreaterThan(10);
    gateway.close();
    expect(used()).toBe(1);
  });

  it('is not stretched by a clock that goes back', () => {
    through(60, call);
    world.nowMs -= 3_600_000;
    expect(through(10, call)).toBe(0);
    world.nowMs += 3_600_000;
    expect(through(10, call)).toBe(0);
  });

  it('applies a changed limit at once', () => {
    expect(through(100, call)).toBe(60);
    expect(through(100, { limits: { requestsPerMinute: 90 } })).toBe(30);
    expect(through(1, { limits: { requestsPerMinute: 30 } })).toBe(0);
  });
});

describe('tokens per minute', () => {
  const limits = { tokensPerMinute: 6000 };

  it('counts the estimate first, and then what was used', () => {
    const first = gateway.reserved({ limits, estimate: { tokens: 5000 } });
    expect(through(1, { limits, estimate: { tokens: 1001 } })).toBe(0);
    gateway.settle(first, { tokens: 1000 });
    expect(through(1, { limits, estimate: { tokens: 5000 } })).toBe(1);
    expect(through(1, { limits, estimate: { tokens: 1 } })).toBe(0);
  });

  it('counts more than the estimate, too', () => {
    gateway.settle(gateway.reserved({ limits, estimate: { tokens: 1 } }), { tokens: 12_000 });
    gateway.usage.flush();
    expect(through(1, { limits, estimate: { tokens: 1 } })).toBe(0);
    world.nowMs += 60_000;
    expect(through(1, { limits, estimate: { tokens: 1 } })).toBe(0);
    world.nowMs += 60_000;
    expect(through(1, { limits, estimate: { tokens: 6000 } })).toBe(1);
  });

  it('gives nothing back that has refilled already', () => {
    const first = gateway.reserved({ limits, estimate: { tokens: 6000 } });
    world.nowMs += 60_000;
    expect(through(1, { limits, estimate: { tokens: 6000 } })).toBe(1);
    gateway.settle(first, { tokens: 0 });
    expect(through(1, { limits, estimate: { tokens: 1 } })).toBe(0);
  });

  it('refuses a call that is larger than the limit without a time to wait', () => {
    expect(gateway.reserve({ limits, estimate: { tokens: 6001 } })).toMatchObject({
      failure: { limit: 'tokens', retryAfterMs: undefined },
    });
  });
});

describe('concurrent calls', () => {
  const call = { limits: { concurrent: 3 } };

  it('lets as many run as the limit says, in all processes', () => {
    const other = world.gateway();
    const running = [gateway, other, gateway].map((one) => one.reserved(call));
    expect(other.reserve(call)).toMatchObject({ failure: { reason: 'too-many-concurrent' } });
    const [first] = running;
    if (first !== undefined) gateway.limits.release(first);
    gateway.usage.flush();
    expect(other.reserve(call).ok).toBe(true);
    expect(gateway.reserve(call).ok).toBe(false);
  });
});

describe('a budget', () => {
  const budget = { amountMicroUsd: 5_000_000, period: 'day' } as const;
  const call = { budget, estimate: { costMicroUsd: 100_000 } };

  it('pays for exactly as many calls as fit', () => {
    expect(through(200, call, [gateway, world.gateway()])).toBe(50);
  });

  it('gets back what a call did not cost', () => {
    const reservations = Array.from({ length: 50 }, () => gateway.reserved(call));
    for (const reservation of reservations) gateway.settle(reservation, { costMicroUsd: 50_000 });
    expect(through(200, call)).toBe(25);
  });

  it('is settled once for each call, and a released call costs nothing', () => {
    const [one, two] = [gateway.reserved(call), gateway.reserved(call)];
    gateway.settle(one, { costMicroUsd: 30_000 });
    gateway.limits.settle(one, { tokens: 0, costMicroUsd: 30_000 });
    gateway.limits.release(one);
    gateway.limits.release(two);
    gateway.usage.flush();
    expect(world.spent).toEqual({ recorded: 30_000, counted: 30_000 });
    expect(world.leases).toBe(0);
  });

  it('says what is left, and when it resets', () => {
    const [first] = Array.from({ length: 50 }, () => gateway.reserved(call));
    if (first !== undefined) gateway.settle(first, { costMicroUsd: 40_000 });
    expect(gateway.reserve(call)).toMatchObject({
      failure: {
        reason: 'budget-spent',
        leftMicroUsd: 60_000,
        neededMicroUsd: 100_000,
        resetsAtMs: Date.UTC(2026, 10, 29),
      },
    });
  });

  it('begins anew with each period, and a call of the last period is paid by that one', () => {
    const late = gateway.reserved(call);
    expect(through(200, call)).toBe(49);
    world.nowMs = Date.UTC(2026, 10, 29);
    expect(through(200, call)).toBe(50);
    gateway.settle(late, { costMicroUsd: 100_000 });
    expect(through(1, call)).toBe(0);
    world.nowMs = NOON;
    expect(through(1, call)).toBe(0);
  });

  it('counts what the key spent while its budget was removed', () => {
    gateway.settle(gateway.reserved(call), { costMicroUsd: 100_000 });
    const free = gateway.reserved({ limits: { concurrent: 1 } });
    gateway.settle(free, { costMicroUsd: 4_800_000 });
    gateway.usage.flush();
    expect(through(5, call)).toBe(1);
  });

  it('counts what the key spent in the period before it had a budget', () => {
    const free = gateway.reserved({ limits: { concurrent: 1 } });
    gateway.settle(free, { costMicroUsd: 4_900_000 });
    gateway.usage.flush();
    gateway.settle(gateway.reserved(call), { costMicroUsd: 100_000 });
    gateway.usage.flush();
    expect(through(5, call)).toBe(0);
    expect(through(5, { ...call, budget: { ...budget, period: 'month' } })).toBe(0);
  });

  it('that is spent lets calls through that cost nothing', () => {
    through(50, call);
    expect(through(3, { budget, estimate: { costMicroUsd: 0 } })).toBe(3);
  });

  it('is raised for a time', () => {
    world.database
      .prepare(
        'INSERT INTO budget_raise (id, key_id, amount_micro_usd, until_ms) VALUES (?, ?, ?, ?)',
      )
      .run('a', world.keyId, 1_000_000, NOON + 1000);
    expect(through(200, call)).toBe(60);
    world.nowMs += 1000;
    expect(through(1, call)).toBe(0);
  });

  it('of thousands of calls is never exceeded, and is used up by processes that go on', () => {
    const gateways = [gateway, world.gateway(), world.gateway()];
    const many = { budget, estimate: { costMicroUsd: 1000 } };
    let passed = through(6000, many, gateways);
    expect(passed).toBeLessThanOrEqual(5000);
    world.nowMs += 1000;
    for (const one of gateways) one.usage.flush();
    passed += through(200, many, gateways);
    expect(passed).toBe(5000);
  });
});

describe('a reservation', () => {
  it('takes everything that it needs, or nothing', () => {
    const limits = { requestsPerMinute: 10, concurrent: 5 };
    expect(through(20, { limits })).toBe(5);
    expect(through(20, { limits: { requestsPerMinute: 10 } })).toBe(5);
  });

  it('is not needed without limits', () => {
    expect(gateway.reserve({})).toEqual({ ok: true, value: undefined });
    expect(world.number('SELECT count(*) FROM limit_account')).toBe(0);
  });

  it('counts against the limits of all keys, too', () => {
    const limited = world.gateway(world.database, { requestsPerMinute: 3 });
    expect(through(10, {}, [limited])).toBe(3);
    expect(through(10, { limits: { requestsPerMinute: 50 } }, [limited])).toBe(0);
  });
});

describe('a process that dies', () => {
  const budget = { amountMicroUsd: 1_000_000, period: 'total' } as const;
  const call = { budget, estimate: { costMicroUsd: 100_000 } };

  it('has what it held charged after its lease, recorded as lost usage', () => {
    gateway.settle(gateway.reserved(call), { costMicroUsd: 10_000 });
    gateway.usage.flush();
    gateway.reserved(call);
    const next = world.gateway();
    expect(through(20, call, [next])).toBe(8);
    world.nowMs += 31_000;
    const last = world.gateway();
    expect(last.reserve({ ...call, estimate: { costMicroUsd: 1 } }).ok).toBe(true);
    expect(world.spent.recorded).toBe(world.spent.counted);
    expect(world.number("SELECT sum(cost_micro_usd) FROM usage WHERE ending = 'lost'")).toBe(
      900_000,
    );
  });

  it('frees its running calls', () => {
    const limits = { concurrent: 1 };
    gateway.reserved({ limits });
    world.nowMs += 29_000;
    expect(world.gateway().reserve({ limits }).ok).toBe(false);
    world.nowMs += 2000;
    expect(world.gateway().reserve({ limits }).ok).toBe(true);
  });

  it('has everything recovered at once if another process knows that it has ended', () => {
    const limits = { concurrent: 3 };
    const dead = world.gateway(world.database, {}, 'dead.');
    const other = world.gateway(world.database, {}, 'dead');
    dead.reserved({ ...call, limits });
    other.reserved({ ...call, limits });
    gateway.reserved({ ...call, limits });
    expect(gateway.reserve({ ...call, limits }).ok).toBe(false);
    for (let count = 0; count < 2; count += 1) {
      expect(gateway.limits.recover('dead.').ok).toBe(true);
      expect(world.spent).toEqual({ recorded: 100_000, counted: 100_000 });
    }
    expect(through(9, { ...call, limits })).toBe(1);
    expect(world.number('SELECT count(*) FROM limit_process')).toBe(2);
  });

  it('but lives after all, may charge a call twice, and never spends what is not its own', () => {
    const slow = gateway.reserved(call);
    world.nowMs += 31_000;
    world.gateway().reserved(call);
    gateway.settle(slow, { costMicroUsd: 100_000 });
    gateway.usage.flush();
    expect(world.spent).toEqual({ recorded: 200_000, counted: 200_000 });
    expect(through(20, call)).toBe(7);
  });
});
