import { expectOk } from '@postern/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EarlyEnd } from '../relay/retry-policy.ts';
import { testChoice } from '../testing/test-choice.ts';
import { AttemptPlan } from './attempt-plan.ts';
import { CircuitBreakers } from './circuit-breakers.ts';

let nowMs: number;
let breakers: CircuitBreakers;
const clock = { nowMs: () => 0, monotonicMs: () => nowMs };
/** Half of the longest wait. */
const randomness = { bytes: (count: number) => new Uint8Array(count).fill(0).fill(128, 0, 1) };

beforeEach(() => {
  nowMs = 0;
  breakers = new CircuitBreakers(
    () => ({ failures: 1, openForMs: 30_000 }),
    clock,
    () => undefined,
  );
});

const status = (code: number, headers: Record<string, string> = {}): EarlyEnd => ({
  reason: 'status',
  status: code,
  headers,
});
const BUSY = status(429);
const REFUSED = status(401);
const INVALID = status(400);
const exhausted = (retryAfterMs: number | undefined): EarlyEnd => ({
  reason: 'failure',
  failure: { reason: 'credentials-exhausted', retryAfterMs },
});
const NO_RETRY = status(429, { 'x-should-retry': 'false' });
const LATER = status(429, { 'retry-after': '2' });
const MUCH_LATER = status(429, { 'retry-after': '11' });
const A = 'a/m';
const B = 'b/m';

interface Plan {
  readonly targets: readonly string[];
  readonly attempts?: number;
}

function planOf({ targets, attempts = 4 }: Plan): AttemptPlan {
  const retries = { attempts, baseDelayMs: 200, maxDelayMs: 10_000 };
  return new AttemptPlan({ clock, randomness, breakers, retries }, targets.map(testChoice));
}

/** The attempts of a request whose attempts end like this: target and wait. */
function attemptsOf(plan: AttemptPlan, ends: readonly EarlyEnd[]): readonly string[] {
  const made: string[] = [];
  for (const end of ends) {
    const { choice, delayMs } = expectOk(plan.next());
    made.push(delayMs === 0 ? choice.provider.id : `${choice.provider.id}+${delayMs}`);
    if (!plan.givesUp(end)) return [...made, 'over'];
  }
  return made;
}

describe('AttemptPlan', () => {
  it.each<readonly [string, Plan, readonly EarlyEnd[], readonly string[]]>([
    [
      'waits longer each time',
      { targets: [A] },
      [BUSY, BUSY, BUSY, BUSY],
      ['a', 'a+100', 'a+200', 'a+400', 'over'],
    ],
    [
      'tries the next target first, at once',
      { targets: [A, B] },
      [BUSY, BUSY, BUSY, BUSY],
      ['a', 'b', 'a+100', 'b+100', 'over'],
    ],
    [
      'makes no more attempts than allowed',
      { targets: [A, B], attempts: 1 },
      [BUSY],
      ['a', 'over'],
    ],
    ['ends with an error of the client', { targets: [A, B] }, [INVALID], ['a', 'over']],
    [
      'leaves out a target that refused its key',
      { targets: [A, B] },
      [REFUSED, BUSY, BUSY],
      ['a', 'b', 'b+100'],
    ],
    [
      'leaves out a target that wants no retry',
      { targets: [A, B] },
      [NO_RETRY, BUSY, BUSY],
      ['a', 'b', 'b+100'],
    ],
    [
      'tries the same target at once if it has another credential',
      { targets: [A, B] },
      [exhausted(0), exhausted(0), exhausted(2000), BUSY],
      ['a', 'a', 'a', 'b', 'over'],
    ],
    [
      'waits for a credential if no other target is left',
      { targets: [A, B] },
      [exhausted(2000), REFUSED, BUSY],
      ['a', 'b', 'a+2000'],
    ],
    [
      'leaves out a target whose credentials were all refused',
      { targets: [A, B] },
      [exhausted(undefined), BUSY, BUSY],
      ['a', 'b', 'b+100'],
    ],
    ['ends if no target is left', { targets: [A] }, [REFUSED], ['a', 'over']],
    ['waits as long as asked', { targets: [A] }, [LATER, BUSY], ['a', 'a+2000']],
    ['does not wait longer than allowed', { targets: [A] }, [MUCH_LATER], ['a', 'over']],
    [
      'goes to the next target instead of a long wait',
      { targets: [A, B] },
      [MUCH_LATER, BUSY, BUSY],
      ['a', 'b', 'b+100'],
    ],
  ])('%s', (_name, plan, ends, expected) => {
    expect(attemptsOf(planOf(plan), ends)).toEqual(expected);
  });

  it('leaves out targets whose breaker is open, and says when the first may be called', () => {
    expect(attemptsOf(planOf({ targets: [A, B] }), [status(500), status(502)])).toEqual([
      'a',
      'b',
      'over',
    ]);
    nowMs = 12_000;
    expect(planOf({ targets: [A, B] }).next()).toEqual({
      ok: false,
      failure: { reason: 'upstreams-resting', retryAfterMs: 18_000 },
    });
  });

  it('opens no breaker for an error of the client, a rate limit or a refused key', () => {
    for (const end of [INVALID, BUSY, REFUSED, status(403), status(408)]) {
      attemptsOf(planOf({ targets: [A], attempts: 1 }), [end]);
    }
    expect(planOf({ targets: [A] }).next()).toMatchObject({ ok: true });
  });

  it('gives a trial back when its request ends without a result', () => {
    attemptsOf(planOf({ targets: [A] }), [status(500)]);
    nowMs = 30_000;
    const trial = planOf({ targets: [A] });
    expectOk(trial.next());
    expect(planOf({ targets: [A] }).next().ok).toBe(false);
    trial.close();
    expect(planOf({ targets: [A] }).next().ok).toBe(true);
  });

  it('knows which attempts go to the provider of the first target', () => {
    const plan = planOf({ targets: ['a/m', 'b/m', 'a/n'] });
    const homes = [BUSY, BUSY, BUSY].map((end) => {
      const { isHome } = expectOk(plan.next());
      plan.givesUp(end);
      return isHome;
    });
    expect(homes).toEqual([true, false, true]);
  });
});
