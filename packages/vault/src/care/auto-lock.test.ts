import { describe, expect, it } from 'vitest';
import { AutoLock, type LockCause } from './auto-lock.ts';

const HOUR = 3_600_000;

/** Both clocks as the test moves them, and what was locked for. */
function scene(idleMs: number | undefined, isInUse = () => false) {
  const time = { monotonic: 1000, wall: 1_700_000_000_000 };
  const locked: LockCause[] = [];
  const clock = { nowMs: () => time.wall, monotonicMs: () => time.monotonic };
  const autoLock = new AutoLock({
    clock,
    idleMs: () => idleMs,
    isInUse,
    lock: (cause) => locked.push(cause),
  });
  /** Time passes while the process runs, looking every five seconds. */
  const run = (durationMs: number) => {
    for (let passed = 0; passed < durationMs; passed += 5000) {
      time.monotonic += 5000;
      time.wall += 5000;
      autoLock.look();
    }
  };
  return { time, locked, autoLock, run };
}

describe('locking by itself', () => {
  it('comes when the vault was not used for long enough, and not before', () => {
    const { locked, run } = scene(HOUR);
    run(HOUR - 5000);
    expect(locked).toEqual([]);
    run(5000);
    expect(locked).toEqual(['idle']);
  });

  it('is put off by every use', () => {
    const { locked, run, autoLock } = scene(HOUR);
    for (let use = 0; use < 5; use += 1) {
      run(HOUR / 2);
      autoLock.touch();
    }
    expect(locked).toEqual([]);
  });

  it('does not come while it is in use, however long, and counts from the end of that', () => {
    let inUse = true;
    const { locked, run } = scene(HOUR, () => inUse);
    run(3 * HOUR);
    inUse = false;
    run(HOUR - 5000);
    expect(locked).toEqual([]);
    run(5000);
    expect(locked).toEqual(['idle']);
  });

  it('does not come by idleness where that is not asked', () => {
    const { locked, run } = scene(undefined);
    run(24 * HOUR);
    expect(locked).toEqual([]);
  });

  it.each<readonly [string, number, number]>([
    ['the monotonic clock stood still', 0, HOUR],
    ['both clocks went on', HOUR, HOUR],
    ['the wall clock was set back', 0, -HOUR],
  ])('comes after a suspension in which %s', (_, monotonic, wall) => {
    const { locked, run, time, autoLock } = scene(undefined);
    run(HOUR);
    time.monotonic += monotonic;
    time.wall += wall;
    autoLock.look();
    expect(locked).toEqual(['suspend']);
    run(HOUR);
    expect(locked).toEqual(['suspend']);
  });

  it('does not come by a late look or a clock that is slewed', () => {
    const { locked, time, autoLock } = scene(undefined);
    for (let look = 0; look < 100; look += 1) {
      time.monotonic += 9000;
      time.wall += 9100;
      autoLock.look();
    }
    expect(locked).toEqual([]);
  });
});
