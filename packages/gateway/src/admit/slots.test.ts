import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Slots } from './slots.ts';

const limits = { maxConcurrent: 2, maxQueued: 2, queueTimeoutMs: 1000 };

describe('Slots', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives so many and no more', () => {
    const slots = new Slots(limits);
    expect([slots.take(), slots.take(), slots.take()]).toEqual([true, true, false]);
    slots.release();
    expect([slots.take(), slots.take()]).toEqual([true, false]);
  });

  it('hands slots on in order of arrival, and bounds the queue', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 1 });
    slots.take();
    const given: string[] = [];
    slots.wait((ok) => given.push(`first ${ok}`));
    slots.wait((ok) => given.push(`second ${ok}`));
    expect(slots.wait(() => given.push('third'))).toBeUndefined();
    slots.release();
    expect(given).toEqual(['first true']);
    expect(slots.take()).toBe(false);
    slots.release();
    expect(given).toEqual(['first true', 'second true']);
    slots.release();
    expect(slots.take()).toBe(true);
  });

  it('forgets who left the queue', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 1 });
    slots.take();
    const given: string[] = [];
    const leave = slots.wait(() => given.push('left'));
    slots.wait(() => given.push('stayed'));
    leave?.();
    slots.release();
    vi.advanceTimersByTime(5000);
    expect(given).toEqual(['stayed']);
  });

  it('refuses who waited too long, and makes room for another', () => {
    const slots = new Slots({ ...limits, maxConcurrent: 1, maxQueued: 1 });
    slots.take();
    const given: boolean[] = [];
    slots.wait((ok) => given.push(ok));
    vi.advanceTimersByTime(1001);
    expect(given).toEqual([false]);
    expect(slots.wait((ok) => given.push(ok))).toBeDefined();
    slots.release();
    expect(given).toEqual([false, true]);
  });
});
