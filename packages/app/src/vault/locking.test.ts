import type { Config } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { createLocking, LOCK_GRACE_MS, type LockReason } from './locking.ts';

const CONFIG: Config['vault'] = {
  lockAfterIdle: '10m',
  lockOnSuspend: true,
  deleteKeysOnExit: false,
};
const TICK_MS = 5000;
const MINUTE_MS = 60_000;

/** A process with an unlocked vault, and the effects of locking, in order. */
function scene(config: Partial<Config['vault']> = {}) {
  const time = { nowMs: 1_700_000_000_000, monotonicMs: 0 };
  const done: string[] = [];
  const state = { open: true, answering: false, busy: false };
  const { promise: drained, resolve: endDrain } = Promise.withResolvers<undefined>();
  const locking = createLocking({
    lookEveryMs: 1000,
    clock: { nowMs: () => time.nowMs, monotonicMs: () => time.monotonicMs },
    config: () => ({ ...CONFIG, ...config }),
    isOpen: () => state.open,
    isAnswering: () => state.answering,
    stopAnswers: async () => {
      done.push('answers stopped');
      await Promise.resolve();
    },
    close: async (reason: LockReason) => {
      state.open = false;
      done.push(`closed: ${reason}`);
      await Promise.resolve();
    },
  });
  const run = async (durationMs: number): Promise<void> => {
    for (let passed = 0; passed < durationMs; passed += TICK_MS) {
      time.nowMs += TICK_MS;
      time.monotonicMs += TICK_MS;
      locking.look();
    }
    await locking.waitUntilIdle();
  };
  const drainSlowly = (): void => {
    locking.drainFirst({
      isBusy: () => state.busy,
      drain: async (timeoutMs) => {
        done.push(`draining for ${String(timeoutMs)}`);
        await drained;
        done.push('drained');
      },
      resume: () => done.push('resumed'),
    });
  };
  return {
    time,
    done,
    state,
    locking,
    run,
    drainSlowly,
    endDrain: () => {
      endDrain(undefined);
    },
  };
}

describe('locking', () => {
  test('follows the settings while they change', async () => {
    const config = { lockAfterIdle: 'never', lockOnSuspend: false };
    const { done, run } = scene(config);
    await run(60 * MINUTE_MS);
    expect(done).toEqual([]);
    config.lockAfterIdle = '5m';
    await run(MINUTE_MS);
    expect(done).toEqual(['answers stopped', 'closed: IDLE']);
  });

  test.each([
    ['ASKED', 0],
    ['SUSPEND', 0],
    ['IDLE', LOCK_GRACE_MS],
    ['EXIT', LOCK_GRACE_MS],
  ] as const)(
    '(%s) lets running requests finish for %i ms before the keys are dropped',
    async (reason, graceMs) => {
      const { locking, done, drainSlowly, endDrain } = scene();
      drainSlowly();
      const locked = locking.lock(reason);
      await Promise.resolve();
      expect(done).toEqual(['answers stopped', `draining for ${String(graceMs)}`]);
      endDrain();
      await locked;
      expect(done.slice(2)).toEqual(['drained', `closed: ${reason}`, 'resumed']);
    },
  );

  test('happens once for two concurrent requests, and both wait for it', async () => {
    const { locking, done, drainSlowly, endDrain } = scene();
    drainSlowly();
    const both = Promise.all([
      locking.lock('ASKED'),
      locking.lock('EXIT'),
      locking.waitUntilIdle(),
    ]);
    endDrain();
    await both;
    expect(done.filter((each) => each.startsWith('closed'))).toEqual(['closed: ASKED']);
    await locking.lock('EXIT');
    expect(done.filter((each) => each.startsWith('closed'))).toHaveLength(1);
  });

  test('happens after the configured idle time, which each use restarts', async () => {
    const { locking, done, run } = scene();
    await run(9 * MINUTE_MS);
    locking.used();
    await run(9 * MINUTE_MS);
    expect(done).toEqual([]);
    await run(MINUTE_MS);
    expect(done.at(-1)).toBe('closed: IDLE');
  });

  test.each(['answering', 'busy'] as const)(
    "doesn't happen through idleness while the app is %s",
    async (at) => {
      const { state, done, run, drainSlowly, endDrain } = scene();
      drainSlowly();
      endDrain();
      state[at] = true;
      await run(60 * MINUTE_MS);
      expect(done).toEqual([]);
      state[at] = false;
      await run(10 * MINUTE_MS);
      expect(done).toContain('closed: IDLE');
    },
  );

  test('happens only to a vault that a person unlocked', async () => {
    const { done, run, locking } = scene({ lockAfterIdle: 'auto', lockOnSuspend: 'auto' });
    locking.opened('itself');
    await run(120 * MINUTE_MS);
    expect(done).toEqual([]);
    locking.opened('person');
    await run(60 * MINUTE_MS);
    expect(done).toContain('closed: IDLE');
  });

  test('never happens through idleness if the configuration says never', async () => {
    const { done, run } = scene({ lockAfterIdle: 'never' });
    await run(24 * 60 * MINUTE_MS);
    expect(done).toEqual([]);
  });

  test.each([
    [true, ['answers stopped', 'draining for 0', 'drained', 'closed: SUSPEND', 'resumed']],
    [false, []],
  ])('after a suspension, with lockOnSuspend %s', async (lockOnSuspend, expected) => {
    const { time, done, run, drainSlowly, endDrain } = scene({ lockOnSuspend });
    drainSlowly();
    endDrain();
    time.nowMs += 60 * MINUTE_MS;
    await run(TICK_MS);
    expect(done).toEqual(expected);
  });
});
