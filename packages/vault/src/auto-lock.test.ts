import { describe, expect, it } from 'vitest';
import { AutoLock, type LockCause } from './auto-lock.ts';

const HOUR = 3_600_000;

/** An AutoLock with two clocks that the test moves, and the causes of its locks. */
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
  /** Lets time pass, with a check every five seconds. */
  const run = (durationMs: number) => {
    for (let passed = 0; passed < durationMs; passed += 5000) {
      time.monotonic += 5000;
      time.wall += 5000;
      autoLock.check();
    }
  };
  return { time, locked, autoLock, run };
}

describe('automatic locking', () => {
  it('locks after the idle time, and not before', () => {
    const { locked, run } = scene(HOUR);
    run(HOUR - 5000);
    expect(locked).toEqual([]);
    run(5000);
    expect(locked).toEqual(['idle']);
  });

  it('restarts the idle time at every use', () => {
    const { locked, run, autoLock } = scene(HOUR);
    for (let use = 0; use < 5; use += 1) {
      run(HOUR / 2);
      autoLock.touch();
    }
    expect(locked).toEqual([]);
  });

  it("doesn't lock while the vault is in use, and counts from the end of the use", () => {
    let inUse = true;
    const { locked, run } = scene(HOUR, () => inUse);
    run(3 * HOUR);
    inUse = false;
    run(HOUR - 5000);
    expect(locked).toEqual([]);
    run(5000);
    expect(locked).toEqual(['idle']);
  });

  it("doesn't lock without an idle time", () => {
    const { locked, run } = scene(undefined);
    run(24 * HOUR);
    expect(locked).toEqual([]);
  });

  it.each<readonly [string, number, number]>([
    ['the monotonic clock stood still', 0, HOUR],
    ['both clocks went on', HOUR, HOUR],
    ['the wall clock was set back', 0, -HOUR],
  ])('locks after a suspension in which %s', (_, monotonic, wall) => {
    const { locked, run, time, autoLock } = scene(undefined);
    run(HOUR);
    time.monotonic += monotonic;
    time.wall += wall;
    autoLock.check();
    expect(locked).toEqual(['suspend']);
    run(HOUR);
    expect(locked).toEqual(['suspend']);
  });

  it("doesn't lock because of a late check or a slowly adjusted clock", () => {
    const { locked, time, autoLock } = scene(undefined);
    for (let look = 0; look < 100; look += 1) {
      time.monotonic += 9000;
      time.wall += 9100;
      autoLock.check();
    }
    expect(locked).toEqual([]);
  });
});
