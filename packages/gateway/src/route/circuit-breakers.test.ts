import { beforeEach, describe, expect, it } from 'vitest';
import { testChoice } from '../testing/test-choice.ts';
import { CircuitBreakers } from './circuit-breakers.ts';

let nowMs: number;
let changes: string[];
let breakers: CircuitBreakers;
const choice = testChoice('one/model');
const other = testChoice('one/other');

beforeEach(() => {
  nowMs = 0;
  changes = [];
  breakers = new CircuitBreakers(
    () => ({ failures: 3, openForMs: 1000 }),
    { nowMs: () => 0, monotonicMs: () => nowMs },
    ({ kind, choice: { provider, model } }) => changes.push(`${kind} ${provider.id}/${model}`),
  );
});

const attempt = (how: 'succeed' | 'fail' | 'leave', of = choice): void => {
  breakers[how](of, breakers.enter(of));
};
const failTimes = (count: number): void => {
  for (let at = 0; at < count; at += 1) attempt('fail');
};

describe('a circuit breaker', () => {
  it('opens after consecutive failures, for its model only', () => {
    failTimes(2);
    expect(breakers.waitMs(choice)).toBe(0);
    failTimes(1);
    expect(breakers.waitMs(choice)).toBe(1000);
    expect(breakers.waitMs(other)).toBe(0);
    expect(changes).toEqual(['breaker-opened one/model']);
  });

  it('counts from the start again after a success, but not after an end that says nothing', () => {
    failTimes(2);
    attempt('leave');
    attempt('succeed');
    failTimes(2);
    expect(breakers.waitMs(choice)).toBe(0);
    attempt('leave');
    failTimes(1);
    expect(breakers.waitMs(choice)).toBe(1000);
  });

  it('then allows one trial, whose success closes it', () => {
    failTimes(3);
    nowMs = 1000;
    expect(breakers.waitMs(choice)).toBe(0);
    const pass = breakers.enter(choice);
    expect(pass).toBe('trial');
    expect(breakers.waitMs(choice)).toBeGreaterThan(0);
    breakers.succeed(choice, pass);
    expect(breakers.waitMs(choice)).toBe(0);
    expect(breakers.enter(choice)).toBe('free');
    expect(changes).toEqual(['breaker-opened one/model', 'breaker-closed one/model']);
  });

  it('opens again after a trial that fails', () => {
    failTimes(3);
    nowMs = 1000;
    attempt('fail');
    expect(breakers.waitMs(choice)).toBe(1000);
    expect(changes).toHaveLength(1);
  });

  it('allows another trial after one that says nothing', () => {
    failTimes(3);
    nowMs = 1000;
    attempt('leave');
    expect(breakers.enter(choice)).toBe('trial');
  });

  it('ignores how attempts end that began before it opened', () => {
    const early = breakers.enter(choice);
    failTimes(3);
    breakers.succeed(choice, early);
    nowMs = 500;
    breakers.fail(choice, early);
    expect(breakers.waitMs(choice)).toBe(500);
  });

  it('forgets the oldest of very many models that clients name', () => {
    failTimes(3);
    for (let at = 0; at < 1000; at += 1) attempt('fail', { ...choice, model: `made-up-${at}` });
    expect(breakers.waitMs(choice)).toBe(0);
  });
});
