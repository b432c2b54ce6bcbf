import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConcurrencyLimiter } from './concurrency-limiter.ts';

const limits = { maxConcurrent: 4, maxQueued: 3, queueTimeoutMs: 1000 };

describe('ConcurrencyLimiter', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives so many and no more', () => {
    const limiter = new ConcurrencyLimiter(limits);
    const taken = ['a', 'a', 'b', 'c', 'd'].map((key) => limiter.acquire(key));
    expect(taken).toEqual([true, true, true, true, false]);
    limiter.release('a');
    expect([limiter.acquire('d'), limiter.acquire('e')]).toEqual([true, false]);
  });

  it('hands places on in order of arrival, and bounds the queue', () => {
    const limiter = new ConcurrencyLimiter({ ...limits, maxConcurrent: 1 });
    limiter.acquire('a');
    const given: string[] = [];
    limiter.wait('a', (ok) => given.push(`first ${ok}`));
    limiter.wait('a', (ok) => given.push(`second ${ok}`));
    expect(limiter.wait('a', () => given.push('third'))).toBeUndefined();
    limiter.release('a');
    expect(given).toEqual(['first true']);
    expect(limiter.acquire('a')).toBe(false);
    limiter.release('a');
    expect(given).toEqual(['first true', 'second true']);
    limiter.release('a');
    expect(limiter.acquire('a')).toBe(true);
  });

  it('forgets who left the queue', () => {
    const limiter = new ConcurrencyLimiter({ ...limits, maxConcurrent: 1 });
    limiter.acquire('a');
    const given: string[] = [];
    const leave = limiter.wait('a', () => given.push('left'));
    limiter.wait('a', () => given.push('stayed'));
    leave?.();
    limiter.release('a');
    vi.advanceTimersByTime(5000);
    expect(given).toEqual(['stayed']);
  });

  it('refuses who waited too long, and makes room for another', () => {
    const limiter = new ConcurrencyLimiter({ ...limits, maxConcurrent: 1, maxQueued: 1 });
    limiter.acquire('a');
    const given: boolean[] = [];
    limiter.wait('a', (ok) => given.push(ok));
    vi.advanceTimersByTime(1001);
    expect(given).toEqual([false]);
    expect(limiter.wait('a', (ok) => given.push(ok))).toBeDefined();
    limiter.release('a');
    expect(given).toEqual([false, true]);
  });

  it('leaves a quarter to other keys, however much one asks for', () => {
    const limiter = new ConcurrencyLimiter({ ...limits, maxConcurrent: 8, maxQueued: 8 });
    const taken = Array.from({ length: 20 }, () => limiter.acquire('greedy'));
    expect(taken.filter(Boolean)).toHaveLength(6);
    const waits = Array.from({ length: 20 }, () => limiter.wait('greedy', () => undefined));
    expect(waits.filter((leave) => leave !== undefined)).toHaveLength(6);
    expect([limiter.acquire('other'), limiter.acquire('third')]).toEqual([true, true]);
    expect(limiter.wait('fourth', () => undefined)).toBeDefined();
  });

  it('gives what is free to the key that has the fewest, turn and turn about, and keeps one for another', () => {
    const limiter = new ConcurrencyLimiter({ ...limits, maxConcurrent: 4, maxQueued: 100 });
    for (const key of ['a', 'a', 'b', 'c']) limiter.acquire(key);
    const given: string[] = [];
    for (const key of ['a', 'a', 'd', 'e', 'd']) limiter.wait(key, () => given.push(key));
    limiter.release('b');
    limiter.release('c');
    limiter.release('a');
    limiter.release('a');
    expect(given).toEqual(['d', 'e', 'a']);
    expect(limiter.acquire('f')).toBe(true);
  });

  it('starts the requests of a key in order of arrival', () => {
    const limiter = new ConcurrencyLimiter({ ...limits, maxConcurrent: 1 });
    limiter.acquire('a');
    const given: string[] = [];
    limiter.wait('a', () => given.push('first'));
    limiter.release('a');
    limiter.wait('a', () => given.push('second'));
    expect(limiter.acquire('a')).toBe(false);
    limiter.release('a');
    expect(given).toEqual(['first', 'second']);
  });
});
