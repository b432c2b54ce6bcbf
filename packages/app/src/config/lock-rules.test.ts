import { describe, expect, test } from 'vitest';
import { lockRules } from './lock-rules.ts';

describe('when an unlocked vault locks by itself', () => {
  test.each([
    ['auto', 'auto', 'person', 3_600_000, true],
    ['auto', 'auto', 'itself', undefined, false],
    ['15m', true, 'itself', 900_000, true],
    ['15m', false, 'person', 900_000, false],
    ['never', 'auto', 'person', undefined, true],
  ] as const)(
    '%s and %s, opened by %s',
    (lockAfterIdle, lockOnSuspend, opener, idleMs, onSuspend) => {
      const config = { lockAfterIdle, lockOnSuspend, deleteKeysOnExit: false };
      expect(lockRules(config, opener)).toEqual({ idleMs, onSuspend });
    },
  );
});
