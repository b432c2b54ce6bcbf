import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunningCalls, type Placed } from './running-calls.ts';

const someCalls = (): readonly Placed[] => Array.from({ length: 6 }, () => ({ place: -1 }));

describe('RunningCalls', () => {
  it('holds what a set would hold, whatever the order of arrivals and ends', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 5 }))), (steps) => {
        const calls = someCalls();
        const [running, expected] = [new RunningCalls(), new Set<Placed>()];
        for (const [ends, index] of steps) {
          const call = calls[index] ?? expect.fail();
          if (ends) running.remove(call);
          else if (!expected.has(call)) running.add(call);
          if (ends) expected.delete(call);
          else expected.add(call);
          expect(running.size).toBe(expected.size);
          expect(new Set(running.all())).toEqual(expected);
        }
      }),
    );
  });

  it('lets calls end while all of them are read', () => {
    const running = new RunningCalls();
    for (const call of someCalls()) running.add(call);
    let seen = 0;
    for (const call of running.all()) {
      running.remove(call);
      seen += 1;
    }
    expect([seen, running.size]).toEqual([6, 0]);
  });
});
