import { expect, it } from 'vitest';
import { LimitsWorld, type WorldCall } from '../testing/limits-world.ts';

/** Noon in UTC is 21:00 in Tokyo, whose day began at 15:00 of the day before. */
const TOKYO = 'Asia/Tokyo';
const MINUTE_MS = 60_000;

function call(costMicroUsd: number): WorldCall {
  return { budget: { amountMicroUsd: 10, period: 'day' }, estimate: { costMicroUsd } };
}

it('keeps what was spent in a budget, also by calls that run, in another time zone', () => {
  const world = new LimitsWorld();
  const gateway = world.gateway();
  gateway.settle(gateway.reserved(call(3)), { costMicroUsd: 3 });
  const running = gateway.reserved(call(4));
  gateway.periods.use(TOKYO);
  expect(gateway.reserve(call(4)).ok).toBe(false);
  const last = gateway.reserved(call(3));
  gateway.settle(running, { costMicroUsd: 2 });
  expect(gateway.reserve(call(3)).ok).toBe(false);
  gateway.settle(gateway.reserved(call(2)), { costMicroUsd: 2 });
  gateway.settle(last, { costMicroUsd: 3 });
  expect(gateway.reserve(call(1)).ok).toBe(false);
  gateway.usage.flush();
  expect(world.gateway().reserve(call(1)).ok).toBe(false);
});

it('begins the next period in the new time zone', () => {
  const world = new LimitsWorld();
  const gateway = world.gateway();
  gateway.settle(gateway.reserved(call(10)), { costMicroUsd: 10 });
  gateway.periods.use(TOKYO);
  world.nowMs += 179 * MINUTE_MS;
  expect(gateway.reserve(call(1)).ok).toBe(false);
  world.nowMs += MINUTE_MS;
  expect(gateway.reserve(call(10)).ok).toBe(true);
});
