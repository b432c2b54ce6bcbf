import type { Config } from '@postern/protocol';
import { parseDurationMs } from './duration.ts';

/**
 * Who opened the vault: a person who knew a secret, or the process by itself, over the keyring or with
 * a passphrase that was given at its start.
 */
export type Opener = 'person' | 'itself';

export interface LockRules {
  /** Undefined: never. */
  readonly idleMs: number | undefined;
  readonly onSuspend: boolean;
}

const AUTO_IDLE_MS = 3_600_000;

/**
 * When an open vault locks by itself. `auto` leaves one alone that opened by itself: whoever could use
 * it then can open it again, and a gateway would be dark until somebody comes.
 */
export function lockRules(
  { lockAfterIdle, lockOnSuspend }: Config['vault'],
  opener: Opener,
): LockRules {
  const byPerson = opener === 'person';
  return {
    idleMs: idleMsOf(lockAfterIdle, byPerson),
    onSuspend: lockOnSuspend === 'auto' ? byPerson : lockOnSuspend,
  };
}

function idleMsOf(after: string, byPerson: boolean): number | undefined {
  if (after === 'never') return undefined;
  if (after === 'auto') return byPerson ? AUTO_IDLE_MS : undefined;
  return parseDurationMs(after);
}
