import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeasedAddressLimits } from './leased-address-limits.ts';
import { SharedAddressLimits } from './shared-address-limits.ts';

const WORKERS = 4;
const ADDRESS = '192.0.2.1';

let nowMs: number;
let limits: { requestsPerMinute: number; failuresPerMinute: number; countsLoopback: boolean };
let messages: number;
let shared: SharedAddressLimits<number>;
let workers: readonly LeasedAddressLimits[];
/** Their messages arrive neither way. */
let hanging: Set<number>;
let lost: number;

/** Delivers a copy later, in order, as a channel between processes does. */
function deliver<T>(worker: number, message: T, receive: (message: T) => void): void {
  messages += 1;
  const copy = structuredClone(message);
  globalThis.setImmediate(() => {
    if (hanging.has(worker)) lost += 1;
    else receive(copy);
  });
}

beforeEach(() => {
  nowMs = 1_800_000_000_000;
  limits = { requestsPerMinute: 20, failuresPerMinute: 5, countsLoopback: false };
  messages = 0;
  hanging = new Set();
  lost = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  shared = new SharedAddressLimits<number>({
    clock,
    limits: () => limits,
    send: (to, leaves) => {
      deliver(to, leaves, (copy) => {
        workers[to]?.received(copy);
      });
    },
  });
  workers = Array.from({ length: WORKERS }, (_, at) => {
    return new LeasedAddressLimits({
      clock,
      countsLoopback: () => limits.countsLoopback,
      send: (reports) => {
        deliver(at, reports, (copy) => {
          shared.received(at, copy);
        });
      },
    });
  });
});

afterEach(() => {
  for (const worker of workers) worker.close();
});

/** One request: undefined if it was let through, otherwise how long to wait. */
async function request(at: number, isValid = true, address = ADDRESS): Promise<number | undefined> {
  const worker = workers[at % WORKERS] ?? expect.fail();
  const waitMs = await worker.admit(address);
  if (waitMs === undefined) worker[isValid ? 'accepted' : 'refused'](address);
  return waitMs;
}

/** How many of many requests at once are let through. */
async function through(count: number, isValid = true): Promise<number> {
  const requests = Array.from({ length: count }, async (_, at) => await request(at, isValid));
  return (await Promise.all(requests)).filter((waitMs) => waitMs === undefined).length;
}

describe('limits by address of several processes', () => {
  it.each([
    ['with valid keys', true, 20],
    ['with invalid keys', false, 5],
  ])('let exactly as many of 200 through at once as one process: %s', async (_name, is, count) => {
    expect(await through(200, is)).toBe(count);
    expect(await through(200, is)).toBe(0);
    nowMs += 60_000;
    expect(await through(200, is)).toBe(count);
  });

  it('let exactly as many through one after the other, whichever process each reaches', async () => {
    const waits: (number | undefined)[] = [];
    for (let at = 0; at < 25; at += 1) waits.push(await request(at));
    expect(waits.slice(0, 20)).toEqual(Array(20).fill(undefined));
    expect(waits.slice(20)).toEqual(Array(5).fill(3000));
    nowMs += 3000;
    expect([await request(0), await request(1)]).toEqual([undefined, 3000]);
  });

  it('let requests with valid keys through while others of the address fail', async () => {
    for (let at = 0; at < 4; at += 1) expect(await request(at, false)).toBeUndefined();
    for (let at = 0; at < 16; at += 1) expect(await request(at)).toBeUndefined();
    limits.requestsPerMinute = 100;
    nowMs += 3000;
    expect(await request(1, false)).toBeUndefined();
    expect(await request(2)).toBeGreaterThan(0);
  });

  it('seldom ask, and not at all while everything is refused', async () => {
    limits = { requestsPerMinute: 10_000, failuresPerMinute: 1000, countsLoopback: false };
    for (let at = 0; at < 1000; at += 1) expect(await request(0)).toBeUndefined();
    expect(messages).toBeLessThan(50);
    limits = { requestsPerMinute: 20, failuresPerMinute: 5, countsLoopback: false };
    await through(100);
    messages = 0;
    expect(await through(1000)).toBe(0);
    expect(messages).toBe(0);
  });

  it('count what an ended process held as used, and no more', async () => {
    expect(await request(0)).toBeUndefined();
    hanging.add(0);
    shared.ended(0);
    await setImmediate();
    // It had leave for one request, which it used.
    const found = await Promise.all(Array.from({ length: 40 }, async () => await request(1)));
    expect(found.filter((waitMs) => waitMs === undefined)).toHaveLength(19);
    expect(lost).toBe(0);
  });

  it('go on without a process that hangs', async () => {
    for (let at = 0; at < 2; at += 1) expect(await request(0)).toBeUndefined();
    hanging.add(0);
    const found = await Promise.all(Array.from({ length: 40 }, async () => await request(1)));
    const let_ = found.filter((waitMs) => waitMs === undefined).length;
    expect(let_).toBeGreaterThan(15);
    expect(let_).toBeLessThanOrEqual(18);
  });

  it('remember at most 10,000 addresses, each in its own count', async () => {
    const addressOf = (at: number): string => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
    for (let from = 0; from < 50_000; from += 5000) {
      const found = Array.from({ length: 5000 }, async (_, at) => {
        return await request(0, true, addressOf(from + at));
      });
      expect(new Set(await Promise.all(found))).toEqual(new Set([undefined]));
    }
    expect(shared.size).toBeLessThanOrEqual(10_000);
    for (const worker of workers) expect(worker.size).toBeLessThanOrEqual(10_000);
  });

  it("don't count this machine, unless they should", async () => {
    const local = async (at: number): Promise<number | undefined> =>
      await request(at, true, '127.0.0.1');
    for (let at = 0; at < 100; at += 1) expect(await local(at)).toBeUndefined();
    expect(messages).toBe(0);
    limits.countsLoopback = true;
    const found = await Promise.all(Array.from({ length: 100 }, async (_, at) => await local(at)));
    expect(found.filter((waitMs) => waitMs === undefined)).toHaveLength(20);
  });
});
