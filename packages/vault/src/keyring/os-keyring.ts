import { AsyncEntry } from '@napi-rs/keyring';
import { failed, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import { classifyKeyringError } from './classify-keyring-error.ts';
import type { KeyringFailure, KeyringPort } from './keyring-port.ts';

/** The attribute `service` of every entry, as in `secret-tool search service postern`. */
export const KEYRING_SERVICE = 'postern';

export interface OsKeyringOptions {
  readonly service?: string;
  /**
   * How long one call may take, in milliseconds. A keyring that answers at all takes some ten; one
   * that is locked asks the person for its password meanwhile.
   */
  readonly timeLimitMs?: number;
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
  const entry = (account: string) =>
    new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
  const turns = oneAtATime(timeLimitMs);
  const { inTurn } = turns;
  return {
    get isWaiting() {
      return turns.isWaiting();
    },
    get: (account) =>
      inTurn(async () => {
        const value = await entry(account).getPassword();
        return typeof value === 'string' ? Secret.of(value) : undefined;
      }),
    set: (account, value) =>
      inTurn(async () => {
        await entry(account).setPassword(revealSecret(value));
        return undefined;
      }),
    remove: (account) => inTurn(() => entry(account).deletePassword()),
  };
}

interface Turns {
  readonly inTurn: <T>(call: () => Promise<T>) => Promise<Result<T, KeyringFailure>>;
  readonly isWaiting: () => boolean;
}

function oneAtATime(timeLimitMs: number): Turns {
  let turn: Promise<unknown> = Promise.resolve();
  let [unanswered, late] = [false, false];
  return {
    isWaiting: () => late,
    inTurn: (call) => {
      const mine = turn.then(async () => {
        if (unanswered) return WAITING;
        unanswered = true;
        const answer = settle(call).finally(() => {
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

async function settle<T>(call: () => Promise<T>): Promise<Result<T, KeyringFailure>> {
  try {
    return ok(await call());
  } catch (error) {
    return failed(classifyKeyringError(error));
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
