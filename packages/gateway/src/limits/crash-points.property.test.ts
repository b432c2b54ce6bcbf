import type { Database } from '@postern/database';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LimitsWorld, NOON, type WorldGateway } from '../testing/limits-world.ts';
import type { Reservation } from './limits.ts';

class Killed extends Error {}

/** The database of a process that is killed at its n-th operation, inside or between transactions. */
function killedAfter(database: Database, operations: number): Database {
  let left = operations;
  const step = <T>(work: () => T): T => {
    left -= 1;
    if (left < 0) throw new Killed();
    return work();
  };
  return {
    label: database.label,
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => step(() => statement.run(...values)),
        get: (...values) => step(() => statement.get(...values)),
        all: (...values) => step(() => statement.all(...values)),
      };
    },
    attempt: (work) => database.attempt(work),
    runInTransaction: (work) => step(() => database.runInTransaction(work)),
    runUnsynced: (work) => {
      const result = step(() => database.runUnsynced(work));
      // Killed after the commit, before the process knows of it.
      return step(() => result);
    },
    sync: () => database.sync(),
    syncSoon: () => database.syncSoon(),
    dataVersion: () => database.dataVersion(),
    quickCheck: () => database.quickCheck(),
    emptyLog: () => database.emptyLog(),
    close: () => undefined,
  };
}

/** No lease of a living process expires until then. */
const LATEST = NOON + 25_000;

const BUDGET = { amountMicroUsd: 1000, period: 'day' } as const;

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('reserve' as const),
      amount: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.integer({ min: 0, max: 20_000 }),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Running {
  readonly gateway: WorldGateway;
  readonly open: { readonly reservation: Reservation; readonly amount: number }[];
  isDead: boolean;
}

function act(world: LimitsWorld, { gateway, open }: Running, action: Step): void {
  if (action.do === 'reserve') {
    const { amount } = action;
    const reserved = gateway.reserve({ budget: BUDGET, estimate: { costMicroUsd: amount } });
    if (reserved.ok && reserved.value !== undefined) {
      open.push({ reservation: reserved.value, amount });
    }
  } else if (action.do === 'flush') gateway.usage.flush();
  else if (action.do === 'wait') world.nowMs = Math.min(LATEST, world.nowMs + action.ms);
  else {
    const [oldest] = open.splice(0, 1);
    if (oldest === undefined) return;
    if (action.do === 'release') gateway.limits.release(oldest.reservation);
    else {
      const costMicroUsd = Math.round(oldest.amount * action.share);
      gateway.settle(oldest.reservation, { costMicroUsd });
    }
  }
}

// A killed process has no timers either.
beforeAll(() => {
  vi.useFakeTimers();
});

afterAll(() => {
  vi.useRealTimers();
});

describe('limits, with processes killed at any operation of the store', () => {
  it('count exactly what is recorded, and never more than the budget', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), step), { minLength: 20, maxLength: 60 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 3, maxLength: 12 }),
        (steps, kills) => {
          const world = new LimitsWorld();
          const points = [...kills];
          const begin = (): Running => ({
            gateway: world.gateway(killedAfter(world.database, points.shift() ?? Infinity)),
            open: [],
            isDead: false,
          });
          const processes = [begin(), begin(), begin()];
          for (const [at, action] of steps) {
            let process = processes[at] ?? begin();
            if (process.isDead) processes[at] = process = begin();
            try {
              act(world, process, action);
            } catch (error) {
              if (!(error instanceof Killed)) throw error;
              process.isDead = true;
            }
            const { recorded, counted } = world.spent;
            expect(counted).toBe(recorded);
            const held = world.number('SELECT coalesce(sum(held), 0) FROM limit_lease');
            expect(counted + held).toBeLessThanOrEqual(BUDGET.amountMicroUsd);
          }
          // Long after, a new process charges what the dead ones held.
          world.nowMs += 40_000;
          for (const { gateway, isDead } of processes) if (!isDead) tryToClose(gateway);
          world.nowMs += 40_000;
          const last = world.gateway();
          last.reserve({ budget: BUDGET, estimate: { costMicroUsd: 1 } });
          last.close();
          expect(world.spent.counted).toBe(world.spent.recorded);
          expect(world.spent.counted).toBeLessThanOrEqual(BUDGET.amountMicroUsd);
          world.database.close();
        },
      ),
      { numRuns: 300 },
    );
  });
});

function tryToClose(gateway: WorldGateway): void {
  try {
    gateway.close();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}
