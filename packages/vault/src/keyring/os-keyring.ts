import type { AsyncEntry } from '@napi-rs/keyring';
import { failed, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import { classifyKeyringError } from './classify-keyring-error.ts';
import type { KeyringFailure, KeyringPort } from './keyring-port.ts';
import { retryTransientErrors } from './retry-transient-errors.ts';

/** The attribute `service` of every entry, as in `secret-tool search service postern`. */
const KEYRING_SERVICE = 'postern';

export interface OsKeyringOptions {
  readonly service?: string;
  /**
   * The time limit of one call, in milliseconds. An unlocked keyring takes about 10 ms; a locked one
   * shows a password prompt in this time.
   */
  readonly timeLimitMs?: number;
  /**
   * The address of the session bus (DBUS_SESSION_BUS_ADDRESS). If it is given, a Secret Service that
   * is alive but doesn't reply to a call counts as locked: it is showing a prompt.
   */
  readonly busAddress?: string;
}

/** The keyring of the operating system. */
export interface OsKeyring extends KeyringPort {
  /** True while a call that exceeded its time limit is still pending. */
  readonly isWaiting: boolean;
}

const DEFAULT_TIME_LIMIT_MS = 60_000;

/**
 * The user's keyring: Secret Service on Linux (never the kernel keyring, which loses its entries at a
 * restart), Keychain on macOS, Credential Manager on Windows.
 *
 * Calls run one at a time on a thread of libuv's pool. A call that exceeds its time limit fails, but
 * still blocks its thread. Until it returns, every further call fails immediately, so that no second
 * thread is blocked.
 */
export function createOsKeyring(options: OsKeyringOptions = {}): OsKeyring {
  const { service = KEYRING_SERVICE, timeLimitMs = DEFAULT_TIME_LIMIT_MS } = options;
  const entry = async (account: string): Promise<AsyncEntry> => {
    const { keyringEntry } = await import('./keyring-entry.ts');
    return keyringEntry(service, account);
  };
  const turns = oneAtATime(timeLimitMs, options.busAddress);
  const { inTurn } = turns;
  return {
    get isWaiting() {
      return turns.isWaiting();
    },
    get: (account) =>
      inTurn(async () => {
        const value = await (await entry(account)).getPassword();
        return typeof value === 'string' ? Secret.of(value) : undefined;
      }),
    set: (account, value) =>
      inTurn(async () => {
        const there = await entry(account);
        await there.setPassword(revealSecret(value));
        // If KWallet has a different session key, it stored something else (see `SESSION_LOST`).
        const stored = await there.getPassword();
        const otherwise = typeof stored === 'string' && stored !== revealSecret(value);
        if (otherwise) throw new Error('Crypto error: read back otherwise');
        return undefined;
      }),
    remove: (account) => inTurn(async () => await (await entry(account)).deletePassword()),
  };
}

interface Turns {
  readonly inTurn: <T>(call: () => Promise<T>) => Promise<Result<T, KeyringFailure>>;
  readonly isWaiting: () => boolean;
}

function oneAtATime(timeLimitMs: number, busAddress: string | undefined): Turns {
  let turn: Promise<unknown> = Promise.resolve();
  let [unanswered, late] = [false, false];
  return {
    isWaiting: () => late,
    inTurn: (call) => {
      const mine = turn.then(async () => {
        if (unanswered) return WAITING;
        unanswered = true;
        const answer = callLibrary(call, busAddress).finally(() => {
          [unanswered, late] = [false, false];
        });
        const inTime = await withinTime(answer, timeLimitMs);
        late = unanswered;
        return inTime;
      });
      turn = mine;
      return mine;
    },
  };
}

/** A keyring that exceeds the time limit is showing a prompt: its own timeouts are far shorter. */
const WAITING = failed({ reason: 'keyring-locked' } as const);

const ALIVE_TIME_LIMIT_MS = 1000;

async function callLibrary<T>(
  call: () => Promise<T>,
  busAddress: string | undefined,
): Promise<Result<T, KeyringFailure>> {
  try {
    return ok(await retryTransientErrors(call));
  } catch (error) {
    const failure = classifyKeyringError(error);
    const unanswered = failure.reason === 'keyring-unavailable' && failure.cause === 'no-answer';
    if (!unanswered || busAddress === undefined) return failed(failure);
    const { isSecretServiceAlive } = await import('./secret-service-alive.ts');
    const alive = await isSecretServiceAlive(busAddress, ALIVE_TIME_LIMIT_MS);
    return alive ? WAITING : failed(failure);
  }
}

async function withinTime<T>(
  answer: Promise<Result<T, KeyringFailure>>,
  timeLimitMs: number,
): Promise<Result<T, KeyringFailure>> {
  const { promise: late, resolve } = Promise.withResolvers<typeof WAITING>();
  const timer = setTimeout(resolve, timeLimitMs, WAITING);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
