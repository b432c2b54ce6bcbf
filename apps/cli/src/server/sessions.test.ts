import { describe, expect, test } from 'vitest';
import { systemRandomness } from '../system/system-randomness.ts';
import { createSessions } from './sessions.ts';

function sessionsAt(): { sessions: ReturnType<typeof createSessions>; pass: (ms: number) => void } {
  let now = 1000;
  const clock = { nowMs: () => now, monotonicMs: () => now };
  return {
    sessions: createSessions(clock, systemRandomness),
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('sessions', () => {
  test('a launch code opens one session and no second one', () => {
    const { sessions } = sessionsAt();
    const code = sessions.newLaunchCode();
    const token = sessions.redeem(code);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(sessions.isValid(token ?? '')).toBe(true);
    expect(sessions.redeem(code)).toBeUndefined();
  });

  test('a code is useless after ten minutes, a session after a day', () => {
    const { sessions, pass } = sessionsAt();
    const late = sessions.newLaunchCode();
    pass(10 * 60_000 + 1);
    expect(sessions.redeem(late)).toBeUndefined();
    const token = sessions.redeem(sessions.newLaunchCode()) ?? '';
    pass(24 * 3_600_000);
    expect(sessions.isValid(token)).toBe(true);
    pass(1);
    expect(sessions.isValid(token)).toBe(false);
  });

  test.each(['', 'x', 'constructor', '\u0000', 'a'.repeat(100_000)])(
    'guess %# opens nothing',
    (guess) => {
      const { sessions } = sessionsAt();
      sessions.newLaunchCode();
      expect(sessions.redeem(guess)).toBeUndefined();
      expect(sessions.isValid(guess)).toBe(false);
    },
  );

  test('ending all ends sessions and outstanding codes', () => {
    const { sessions } = sessionsAt();
    const code = sessions.newLaunchCode();
    const token = sessions.redeem(sessions.newLaunchCode()) ?? '';
    sessions.endAll();
    expect(sessions.isValid(token)).toBe(false);
    expect(sessions.redeem(code)).toBeUndefined();
  });

  test('outstanding codes are bounded; the oldest goes first', () => {
    const { sessions } = sessionsAt();
    const codes = Array.from({ length: 33 }, () => sessions.newLaunchCode());
    expect(sessions.redeem(codes[0] ?? '')).toBeUndefined();
    expect(sessions.redeem(codes[32] ?? '')).toBeDefined();
  });
});
