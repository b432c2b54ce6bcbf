import type { AsyncEntry } from '@napi-rs/keyring';
import { failed, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import { classifyKeyringError } from './classify-keyring-error.ts';
import type { KeyringFailure, KeyringPort } from './keyring-port.ts';
import { againAfterPassingFault } from './passing-fault.ts';

/** The attribute `service` of every entry, as in `secret-tool search service postern`. */
const KEYRING_SERVICE = 'postern';

export interface OsKeyringOptions {
  readonly service?: string;
  /**
   * How long one call may take, in milliseconds. A keyring that answers at all takes some ten; one
   * that is locked asks the person for its password meanwhile.
   */
  readonly timeLimitMs?: number;
  /**
   * The address of the session bus (DBUS_SESSION_BUS_ADDRESS). With it, a Secret Service that left a
   * call unanswered but is alive counts as locked: it waits for the person.
   */
  readonly busAddress?: string;
}

/** The keyring of the operating system. */
export interface OsKeyring extends KeyringPort {
  /** True while a call that is over its time limit has still not come back. */
  readonly isWaiting: boolean;
}

const DEFAULT_TIME_LIMIT_MS = 60_000;

/**
 * The person's keyring: Secret Service on Linux (never the kernel's, which forgets at a restart),
 * Keychain on macOS, Credential Manager on Windows.
 *
 * Calls run one after another on a thread of libuv's pool. A call over its time limit fails, but its
 * thread stays until the keyring answers; until then every further call fails at once, so that
 * no second thread is lost.
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
        // Under a session key that the keyring has otherwise, it may have stored something else.
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
        const answer = settle(call, busAddress).finally(() => {
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

/** A keyring that takes this long is waiting for the person: its own calls give up far sooner. */
const WAITING = failed({ reason: 'keyring-locked' } as const);

const ALIVE_TIME_LIMIT_MS = 1000;

async function settle<T>(
  call: () => Promise<T>,
  busAddress: string | undefined,
): Promise<Result<T, KeyringFailure>> {
  try {
    return ok(await againAfterPassingFault(call));
  } catch (error) {
    const failure = classifyKeyringError(error);
    const unanswered = failure.reason === 'keyring-unavailable' && failure.cause === 'no-answer';
    if (!unanswered || busAddress === undefined) return failed(failure);
    const { secretServiceAnswers } = await import('./ask-secret-service.ts');
    const alive = await secretServiceAnswers(busAddress, ALIVE_TIME_LIMIT_MS);
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
