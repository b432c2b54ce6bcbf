import { beforeEach, describe, expect, it } from 'vitest';
import { AddressLimits } from './address-limits.ts';

let nowMs: number;
let limits: AddressLimits;

beforeEach(() => {
  nowMs = 1_800_000_000_000;
  limits = new AddressLimits({
    requestsPerMinute: 100,
    failuresPerMinute: 10,
    countsLoopback: false,
  });
});

function admitted(count: number, address = '192.0.2.1'): number {
  let passed = 0;
  for (let at = 0; at < count; at += 1) {
    if (limits.admit(address, nowMs) === undefined) passed += 1;
  }
  return passed;
}

describe('AddressLimits', () => {
  it('lets 100 requests through in a minute, and then one after each 0.6 s', () => {
    expect(admitted(300)).toBe(100);
    expect(limits.admit('192.0.2.1', nowMs)).toBe(600);
    nowMs += 599;
    expect(admitted(1)).toBe(0);
    nowMs += 1;
    expect(admitted(2)).toBe(1);
    nowMs += 3_600_000;
    expect(admitted(300)).toBe(100);
  });

  it('lets fewer through from an address whose keys are invalid', () => {
    for (let at = 0; at < 10; at += 1) {
      expect(limits.admit('192.0.2.1', nowMs)).toBeUndefined();
      limits.refused('192.0.2.1', nowMs);
    }
    expect(limits.admit('192.0.2.1', nowMs)).toBe(6000);
    expect(admitted(1, '192.0.2.2')).toBe(1);
    nowMs += 6000;
    expect(admitted(1)).toBe(1);
  });

  it('does not count requests from this machine, unless it should', () => {
    expect(admitted(1000, '127.0.0.1') + admitted(1000, '127.9.9.9') + admitted(1000, '::1')).toBe(
      3000,
    );
    limits = new AddressLimits({
      requestsPerMinute: 5,
      failuresPerMinute: 1,
      countsLoopback: true,
    });
    expect(admitted(10, '127.0.0.1')).toBe(5);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
    ['2001:db8:1:2::1', '2001:0DB8:0001:0002::9', true],
    ['2001:db8::1', '2001:db8:0:0:9::', true],
    ['fe80::1%eth0', 'fe80::2%eth1', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['192.0.2.1', '192.0.2.2', false],
  ])('counts %s and %s together: %s', (one, other, together) => {
    expect(admitted(100, one)).toBe(100);
    expect(admitted(1, other)).toBe(together ? 0 : 1);
  });

  it('remembers a bounded number of addresses, and the latest ones', () => {
    expect(admitted(100, '198.51.100.7')).toBe(100);
    for (let at = 0; at < 30_000; at += 1) {
      limits.admit(`2001:db8:${(at >> 8).toString(16)}:${(at & 255).toString(16)}::1`, nowMs);
      if (at % 1000 === 0) expect(admitted(1, '198.51.100.7')).toBe(0);
    }
    expect(limits.size).toBeLessThanOrEqual(10_000);
  });

  it('is not confused by a clock that goes back', () => {
    expect(admitted(100)).toBe(100);
    nowMs -= 3_600_000;
    expect(admitted(1)).toBe(0);
    nowMs += 600;
    expect(admitted(1)).toBe(1);
  });
});
