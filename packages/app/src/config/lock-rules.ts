import type { Config } from '@postern/protocol';
import { parseDurationMs } from './duration.ts';

/**
 * Who unlocked the vault: a person who knew a secret, or the process itself with the keyring or a
 * passphrase given at startup.
 */
export type Opener = 'person' | 'itself';

export interface LockRules {
  /** Undefined means never. */
  readonly idleMs: number | undefined;
  readonly onSuspend: boolean;
}

const AUTO_IDLE_MS = 3_600_000;

/**
 * When an unlocked vault locks by itself. `auto` doesn't lock a vault that unlocked without a
 * person: anyone who could use it could unlock it again, and a gateway would stop working.
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
