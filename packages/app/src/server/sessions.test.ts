import { describe, expect, test } from 'vitest';
import { systemRandomness } from '../system/system-randomness.ts';
import { createSessions, type Session, type SessionPass, type Sessions } from './sessions.ts';

const HERE = { browser: 'Firefox on Linux', token: undefined };

interface World {
  readonly sessions: Sessions;
  readonly pass: (ms: number) => void;
  readonly signIn: (token?: string) => SessionPass;
  readonly find: (pass: SessionPass) => Session | undefined;
}

function world(): World {
  let now = 1000;
  const clock = { nowMs: () => now, monotonicMs: () => now };
  const sessions = createSessions(clock, systemRandomness);
  return {
    sessions,
    pass: (ms) => {
      now += ms;
    },
    signIn: (token) => {
      const pass = sessions.redeem(sessions.newLaunchCode(), { ...HERE, token });
      if (pass === undefined) throw new Error('not signed in');
      return pass;
    },
    find: ({ token, secret }) => sessions.find(token, secret),
  };
}

describe('sessions', () => {
  test('a launch code opens only one session', () => {
    const { sessions, find } = world();
    const code = sessions.newLaunchCode();
    const pass = sessions.redeem(code, HERE);
    expect(pass?.token).toMatch(/^[\w-]{43}$/);
    expect(pass?.secret).toMatch(/^[\w-]{43}$/);
    expect(pass && find(pass)).toMatchObject({ browser: 'Firefox on Linux', isLocked: false });
    expect(sessions.redeem(code, HERE)).toBeUndefined();
  });

  test('a half grants no access with a half of another session', () => {
    const { signIn, find } = world();
    const [one, other] = [signIn(), signIn()];
    expect(find({ token: one.token, secret: other.secret })).toBeUndefined();
    expect(find({ token: one.token, secret: one.token })).toBeUndefined();
    expect(find({ token: one.secret, secret: one.secret })).toBeUndefined();
    expect(find({ token: one.token, secret: '' })).toBeUndefined();
  });

  test('a code expires after ten minutes, a session after a day', () => {
    const { sessions, pass, signIn, find } = world();
    const late = sessions.newLaunchCode();
    pass(10 * 60_000 + 1);
    expect(sessions.redeem(late, HERE)).toBeUndefined();
    const mine = signIn();
    pass(24 * 3_600_000);
    expect(find(mine)?.ended.aborted).toBe(false);
    pass(1);
    expect(find(mine)).toBeUndefined();
    expect(sessions.list()).toEqual([]);
  });

  test.each(['', 'x', 'constructor', '\u0000', 'a'.repeat(100_000)])(
    'guess %# grants no access',
    (guess) => {
      const { sessions, signIn } = world();
      const { token } = signIn();
      sessions.newLaunchCode();
      expect(sessions.redeem(guess, HERE)).toBeUndefined();
      expect(sessions.find(guess, guess)).toBeUndefined();
      expect(sessions.find(token, guess)).toBeUndefined();
    },
  );

  test('ending all aborts running requests and invalidates launch codes', () => {
    const { sessions, signIn, find } = world();
    const code = sessions.newLaunchCode();
    const mine = signIn();
    const ended = find(mine)?.ended;
    sessions.endAll();
    expect(find(mine)).toBeUndefined();
    expect(sessions.redeem(code, HERE)).toBeUndefined();
    expect(ended?.aborted).toBe(true);
  });

  test('codes, sessions and tabs are limited; the oldest is dropped first', () => {
    const { sessions, signIn, find } = world();
    const codes = Array.from({ length: 33 }, () => sessions.newLaunchCode());
    expect(sessions.redeem(codes[0] ?? '', HERE)).toBeUndefined();
    expect(sessions.redeem(codes[32] ?? '', HERE)).toHaveProperty('token');
    const passes = Array.from({ length: 40 }, () => signIn());
    expect(sessions.list()).toHaveLength(32);
    expect(passes.slice(0, 8).map(find)).toEqual(Array<undefined>(8).fill(undefined));
    const last = signIn();
    const tabs = Array.from({ length: 16 }, () => signIn(last.token));
    expect(find(last)).toBeUndefined();
    expect(tabs.every((tab) => find(tab) !== undefined)).toBe(true);
  });

  test('a tab of a browser whose session ended starts a new session', () => {
    const { sessions, signIn } = world();
    const old = signIn();
    sessions.endAll();
    expect(signIn(old.token).token).not.toBe(old.token);
  });

  test('locked sessions can ask for the passphrase, and the one that unlocks becomes a new session', () => {
    const { sessions, signIn, find } = world();
    const [one, other] = [signIn(), signIn()];
    const code = sessions.newLaunchCode();
    const locked = find(one);
    sessions.lockAll();
    expect(locked?.ended.aborted).toBe(true);
    expect([find(one)?.isLocked, find(other)?.isLocked]).toEqual([true, true]);
    expect(sessions.list()).toEqual([]);
    expect(sessions.redeem(code, HERE)).toBeUndefined();
    const loser = find(other);
    const reopened = locked && sessions.reopen(locked);
    expect(reopened && find(reopened)?.isLocked).toBe(false);
    expect([find(one), find(other)]).toEqual([undefined, undefined]);
    expect(loser && sessions.reopen(loser)).toBeUndefined();
  });

  test("a link doesn't restore a locked session", () => {
    const { sessions, signIn, find } = world();
    const old = signIn();
    sessions.lockAll();
    expect(signIn(old.token).token).not.toBe(old.token);
    expect(find(old)?.isLocked).toBe(true);
  });
});
