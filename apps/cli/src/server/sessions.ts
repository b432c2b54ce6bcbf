import { createHash } from 'node:crypto';
import type { Clock, Randomness } from '@postern/kernel';

const LAUNCH_CODE_LIFE_MS = 10 * 60_000;
const SESSION_LIFE_MS = 24 * 3_600_000;
const MAX_OUTSTANDING = 32;

/** Who may use the app: launch codes, each good for one session, and the sessions themselves. */
export interface Sessions {
  /** A new one-time code, 128 bits, good for ten minutes. */
  newLaunchCode(): string;
  /** Trades a code for a session's token; undefined where it is unknown, used or too old. */
  redeem(code: string): string | undefined;
  isValid(token: string): boolean;
  /** Ends every session and every outstanding code. */
  endAll(): void;
}

/** Sessions live in memory and end with the process. Only digests are kept. */
export function createSessions(clock: Clock, randomness: Randomness): Sessions {
  const codes = new Map<string, number>();
  const tokens = new Map<string, number>();
  const fresh = (bytes: number): string =>
    Buffer.from(randomness.bytes(bytes)).toString('base64url');
  const issue = (into: Map<string, number>, text: string, lifeMs: number): string => {
    dropOldest(into);
    into.set(digest(text), clock.monotonicMs() + lifeMs);
    return text;
  };
  return {
    newLaunchCode: () => issue(codes, fresh(16), LAUNCH_CODE_LIFE_MS),
    redeem: (code) => {
      const key = digest(code);
      const endsAt = codes.get(key);
      codes.delete(key);
      if (endsAt === undefined || endsAt < clock.monotonicMs()) return undefined;
      return issue(tokens, fresh(32), SESSION_LIFE_MS);
    },
    isValid: (token) => {
      const endsAt = tokens.get(digest(token));
      return endsAt !== undefined && endsAt >= clock.monotonicMs();
    },
    endAll: () => {
      codes.clear();
      tokens.clear();
    },
  };
}

/** Looking up a digest takes the same time for every wrong guess that an attacker can steer. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function dropOldest(map: Map<string, number>): void {
  const [oldest] = map.keys();
  if (map.size >= MAX_OUTSTANDING && oldest !== undefined) map.delete(oldest);
}
