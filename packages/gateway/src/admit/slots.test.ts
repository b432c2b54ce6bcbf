import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Slots } from './slots.ts';

const limits = { maxConcurrent: 4, maxQueued: 3, queueTimeoutMs: 1000 };

describe('Slots', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives so many and no more', () => {
    const slots = new Slots(limits);
    const taken = ['a', 'a', 'b', 'c', 'd'].map((key) => slots.take(key));
    expect(taken).toEqual([true, true, true, true, false]);
    slots.release('a');
    expect([slots.take('d'), slots.take('e')]).toEqual([true, false]);
  });

  it('hands slots on in order of arrival, and bounds the queue', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 1 });
    slots.take('a');
    const given: string[] = [];
    slots.wait('a', (ok) => given.push(`first ${ok}`));
    slots.wait('a', (ok) => given.push(`second ${ok}`));
    expect(slots.wait('a', () => given.push('third'))).toBeUndefined();
    slots.release('a');
    expect(given).toEqual(['first true']);
    expect(slots.take('a')).toBe(false);
    slots.release('a');
    expect(given).toEqual(['first true', 'second true']);
    slots.release('a');
    expect(slots.take('a')).toBe(true);
  });

  it('forgets who left the queue', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 1 });
    slots.take('a');
    const given: string[] = [];
    const leave = slots.wait('a', () => given.push('left'));
    slots.wait('a', () => given.push('stayed'));
    leave?.();
    slots.release('a');
    vi.advanceTimersByTime(5000);
    expect(given).toEqual(['stayed']);
  });

  it('refuses who waited too long, and makes room for another', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 1, maxQueued: 1 });
    slots.take('a');
    const given: boolean[] = [];
    slots.wait('a', (ok) => given.push(ok));
    vi.advanceTimersByTime(1001);
    expect(given).toEqual([false]);
    expect(slots.wait('a', (ok) => given.push(ok))).toBeDefined();
    slots.release('a');
    expect(given).toEqual([false, true]);
  });

  it('leaves a quarter to other keys, however much one asks for', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 8, maxQueued: 8 });
    const taken = Array.from({ length: 20 }, () => slots.take('greedy'));
    expect(taken.filter(Boolean)).toHaveLength(6);
    const waits = Array.from({ length: 20 }, () => slots.wait('greedy', () => undefined));
    expect(waits.filter((leave) => leave !== undefined)).toHaveLength(6);
    expect([slots.take('other'), slots.take('third')]).toEqual([true, true]);
    expect(slots.wait('fourth', () => undefined)).toBeDefined();
  });

  it('gives what is free to the key that has the fewest, turn and turn about, and keeps one for another', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 4, maxQueued: 100 });
    for (const key of ['a', 'a', 'b', 'c']) slots.take(key);
    const given: string[] = [];
    for (const key of ['a', 'a', 'd', 'e', 'd']) slots.wait(key, () => given.push(key));
    slots.release('b');
    slots.release('c');
    slots.release('a');
    slots.release('a');
    expect(given).toEqual(['d', 'e', 'a']);
    expect(slots.take('f')).toBe(true);
  });

  it('lets nobody of a key pass who came later', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 1 });
    slots.take('a');
    const given: string[] = [];
    slots.wait('a', () => given.push('first'));
    slots.release('a');
    slots.wait('a', () => given.push('second'));
    expect(slots.take('a')).toBe(false);
    slots.release('a');
    expect(given).toEqual(['first', 'second']);
  });
});
