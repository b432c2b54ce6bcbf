import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Randomness } from '@postern/kernel';

const LAUNCH_CODE_LIFE_MS = 10 * 60_000;
const SESSION_LIFE_MS = 24 * 3_600_000;
const MAX_OUTSTANDING = 32;
/** How many tabs one browser signs in before the first of them is forgotten. */
const MAX_TABS = 16;

/**
 * The two halves that open a session, both needed. The token is a cookie, which a browser sends to
 * every port of a host; the secret is held by the page alone and sent in a header.
 */
export interface SessionPass {
  readonly token: string;
  readonly secret: string;
}

/** One browser that is signed in, with all its tabs. */
export interface Session {
  /** Names it to people; opens nothing. */
  readonly id: string;
  readonly browser: string;
  readonly beganAtMs: number;
  lastUsedAtMs: number;
  /**
   * The vault was locked since it began. It opens nothing any more; all that is left of it is that
   * its page may ask for the passphrase.
   */
  readonly isLocked: boolean;
  /** Aborted when the session ends or is locked: nothing is sent to it from then on. */
  readonly ended: AbortSignal;
}

export interface SignIn {
  readonly browser: string;
  /** The cookie that the browser has already. */
  readonly token: string | undefined;
}

/** Who may use the app: launch codes, each good for one sign-in, and the sessions themselves. */
export interface Sessions {
  /** A new one-time code, 128 bits, good for ten minutes. */
  newLaunchCode(): string;
  /**
   * Trades a code for a session; undefined where the code is unknown, used or too old. A browser that
   * has a session already, by its token, gets a secret for one more tab of it.
   */
  redeem(code: string, from: SignIn): SessionPass | undefined;
  /** The session that both halves open. */
  find(token: string, secret: string): Session | undefined;
  /** Those that are open, the latest first. */
  list(): readonly Session[];
  end(id: string): void;
  endOthers(id: string): void;
  /** Ends every session and every outstanding code. */
  endAll(): void;
  /** The same where the vault is locked, but that the pages may ask for the passphrase. */
  lockAll(): void;
  /** Ends the locked ones: the vault is open again, and asks nobody for a passphrase. */
  endLocked(): void;
  /** A new session for a locked one whose page has unlocked the vault; the other locked ones end. */
  reopen(locked: Session): SessionPass | undefined;
}

interface Entry extends Session {
  isLocked: boolean;
  readonly secrets: Set<string>;
  readonly endsAtMs: number;
  end: () => void;
}

/** Sessions live in memory and end with the process. Only digests are kept. */
export function createSessions(clock: Clock, randomness: Randomness): Sessions {
  return new SessionsInMemory(clock, randomness);
}

class SessionsInMemory implements Sessions {
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  /** When each launch code ends, by its digest. */
  readonly #codes = new Map<string, number>();
  /** By the digest of the token. */
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, randomness: Randomness) {
    this.#clock = clock;
    this.#randomness = randomness;
  }

  newLaunchCode(): string {
    dropOldest(this.#codes, MAX_OUTSTANDING);
    const code = this.#fresh(16);
    this.#codes.set(digest(code), this.#clock.monotonicMs() + LAUNCH_CODE_LIFE_MS);
    return code;
  }

  redeem(code: string, { browser, token }: SignIn): SessionPass | undefined {
    const key = digest(code);
    const endsAtMs = this.#codes.get(key);
    this.#codes.delete(key);
    if (endsAtMs === undefined || endsAtMs < this.#clock.monotonicMs()) return undefined;
    const known = token === undefined ? undefined : this.#live(token);
    if (token === undefined || known === undefined || known.isLocked) return this.#begin(browser);
    return this.#addTab(token, known);
  }

  find(token: string, secret: string): Session | undefined {
    const entry = this.#live(token);
    return entry !== undefined && holds(entry.secrets, digest(secret)) ? entry : undefined;
  }

  list(): readonly Session[] {
    this.#endWhere(({ endsAtMs }) => endsAtMs < this.#clock.monotonicMs());
    return [...this.#entries.values()].filter(({ isLocked }) => !isLocked).toReversed();
  }

  end(id: string): void {
    this.#endWhere((entry) => entry.id === id);
  }

  endOthers(id: string): void {
    this.#endWhere((entry) => entry.id !== id);
  }

  endAll(): void {
    this.#codes.clear();
    this.#endWhere(() => true);
  }

  lockAll(): void {
    this.#codes.clear();
    for (const entry of this.#entries.values()) {
      entry.isLocked = true;
      entry.end();
    }
  }

  endLocked(): void {
    this.#endWhere(({ isLocked }) => isLocked);
  }

  reopen(locked: Session): SessionPass | undefined {
    const isThere = [...this.#entries.values()].some((entry) => entry === locked);
    this.endLocked();
    return isThere ? this.#begin(locked.browser) : undefined;
  }

  #begin(browser: string): SessionPass {
    const [oldest] = this.#entries.values();
    if (this.#entries.size >= MAX_OUTSTANDING) this.#endWhere((entry) => entry === oldest);
    const token = this.#fresh(32);
    const entry = newEntry(this.#clock, this.#fresh(12), browser);
    this.#entries.set(digest(token), entry);
    return this.#addTab(token, entry);
  }

  #addTab(token: string, entry: Entry): SessionPass {
    dropOldest(entry.secrets, MAX_TABS);
    const secret = this.#fresh(32);
    entry.secrets.add(digest(secret));
    return { token, secret };
  }

  #live(token: string): Entry | undefined {
    const entry = this.#entries.get(digest(token));
    return entry !== undefined && entry.endsAtMs >= this.#clock.monotonicMs() ? entry : undefined;
  }

  #endWhere(isMeant: (entry: Entry) => boolean): void {
    for (const [key, entry] of [...this.#entries].filter(([, each]) => isMeant(each))) {
      this.#entries.delete(key);
      entry.end();
    }
  }

  #fresh(bytes: number): string {
    return Buffer.from(this.#randomness.bytes(bytes)).toString('base64url');
  }
}

function newEntry(clock: Clock, id: string, browser: string): Entry {
  const controller = new AbortController();
  const nowMs = clock.nowMs();
  return {
    id,
    browser,
    beganAtMs: nowMs,
    lastUsedAtMs: nowMs,
    isLocked: false,
    ended: controller.signal,
    secrets: new Set(),
    endsAtMs: clock.monotonicMs() + SESSION_LIFE_MS,
    end: () => {
      controller.abort();
    },
  };
}

/** Looking up a digest takes the same time for every wrong guess that an attacker can steer. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function holds(digests: ReadonlySet<string>, wanted: string): boolean {
  const bytes = Buffer.from(wanted);
  return [...digests].some((each) => timingSafeEqual(Buffer.from(each), bytes));
}

function dropOldest(kept: Map<string, unknown> | Set<string>, most: number): void {
  const [oldest] = kept.keys();
  if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
}
