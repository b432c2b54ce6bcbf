import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Randomness } from '@postern/kernel';

const LAUNCH_CODE_LIFE_MS = 10 * 60_000;
const SESSION_LIFE_MS = 24 * 3_600_000;
const MAX_OUTSTANDING = 32;
/** How many tabs one browser can sign in before the oldest is dropped. */
const MAX_TABS = 16;

/**
 * The two halves of a session; both are required. The token is a cookie, which a browser sends to
 * every port of a host. The secret is held only by the page and sent in a header.
 */
export interface SessionPass {
  readonly token: string;
  readonly secret: string;
}

/** A signed-in browser with all its tabs. */
export interface Session {
  /** Identifies the session to the user; it grants no access. */
  readonly id: string;
  readonly browser: string;
  readonly beganAtMs: number;
  lastUsedAtMs: number;
  /**
   * The vault was locked since the session started. The session grants no access any more, except
   * that its page may ask for the passphrase.
   */
  readonly isLocked: boolean;
  /**
   * Whether a link or the passphrase began it, not a browser's key: only such a session may remember
   * a browser, so that someone who could use a key once can't add another key.
   */
  mayRemember: boolean;
  /** The remembered browser that it belongs to. */
  remembered: string | undefined;
  /** Aborted when the session ends or is locked: nothing is sent to it afterwards. */
  readonly ended: AbortSignal;
}

export interface SignIn {
  readonly browser: string;
  /** The browser's existing cookie. */
  readonly token: string | undefined;
}

/** Who may use the app: launch codes, each valid for one sign-in, and the sessions. */
export interface Sessions {
  /** Creates a launch code with 128 bits that expires after ten minutes. */
  newLaunchCode(): string;
  /**
   * Exchanges a code for a session; undefined if the code is unknown, used or expired. A browser
   * that already has a session, identified by its token, gets a secret for another tab.
   */
  redeem(code: string, from: SignIn): SessionPass | undefined;
  /**
   * Signs in a remembered browser. If the vault is locked, the session can only ask for the
   * passphrase.
   */
  admit(remembered: string, from: SignIn, vault: 'locked' | 'open'): SessionPass;
  /** Returns the session of both halves. */
  find(token: string, secret: string): Session | undefined;
  /** Returns the active sessions, newest first. */
  list(): readonly Session[];
  end(id: string): void;
  endOthers(id: string): void;
  /** Ends the sessions of a remembered browser, except one. */
  endRemembered(remembered: string, exceptId: string): void;
  /** Ends every session and every launch code. */
  endAll(): void;
  /** The same when the vault is locked, but the pages may still ask for the passphrase. */
  lockAll(): void;
  /** Ends the locked sessions when the vault is unlocked again. */
  endLocked(): void;
  /**
   * Creates a session for a locked one whose page unlocked the vault. The other locked ones end.
   */
  reopen(locked: Session): SessionPass | undefined;
}

interface Entry extends Session {
  isLocked: boolean;
  readonly secrets: Set<string>;
  readonly endsAtMs: number;
  end: () => void;
}

/** Sessions are stored in memory and end with the process. Only digests are stored. */
export function createSessions(clock: Clock, randomness: Randomness): Sessions {
  return new SessionsInMemory(clock, randomness);
}

class SessionsInMemory implements Sessions {
  readonly #clock: Clock;
  readonly #randomness: Randomness;
  /** The expiry of each launch code, by its digest. */
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
    const pass = this.#enter({ browser, token });
    const entry = this.#live(pass.token);
    if (entry !== undefined) entry.mayRemember = true;
    return pass;
  }

  admit(remembered: string, from: SignIn, vault: 'locked' | 'open'): SessionPass {
    const pass = vault === 'locked' ? this.#begin(from.browser) : this.#enter(from);
    const entry = this.#live(pass.token);
    if (entry !== undefined) {
      entry.remembered = remembered;
      if (vault === 'locked') lockEntry(entry);
    }
    return pass;
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

  endRemembered(remembered: string, exceptId: string): void {
    this.#endWhere((entry) => entry.remembered === remembered && entry.id !== exceptId);
  }

  endAll(): void {
    this.#codes.clear();
    this.#endWhere(() => true);
  }

  lockAll(): void {
    this.#codes.clear();
    for (const entry of this.#entries.values()) lockEntry(entry);
  }

  endLocked(): void {
    this.#endWhere(({ isLocked }) => isLocked);
  }

  reopen(locked: Session): SessionPass | undefined {
    const isThere = [...this.#entries.values()].some((entry) => entry === locked);
    this.endLocked();
    if (!isThere) return undefined;
    const pass = this.#begin(locked.browser, locked.remembered);
    const entry = this.#live(pass.token);
    if (entry !== undefined) entry.mayRemember = true;
    return pass;
  }

  #enter({ browser, token }: SignIn): SessionPass {
    const known = token === undefined ? undefined : this.#live(token);
    if (token === undefined || known === undefined || known.isLocked) return this.#begin(browser);
    return this.#addTab(token, known);
  }

  #begin(browser: string, remembered?: string): SessionPass {
    const [oldest] = this.#entries.values();
    if (this.#entries.size >= MAX_OUTSTANDING) this.#endWhere((entry) => entry === oldest);
    const token = this.#fresh(32);
    const entry = newEntry(this.#clock, this.#fresh(12), browser);
    entry.remembered = remembered;
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
    mayRemember: false,
    remembered: undefined,
    ended: controller.signal,
    secrets: new Set(),
    endsAtMs: clock.monotonicMs() + SESSION_LIFE_MS,
    end: () => {
      controller.abort();
    },
  };
}

function lockEntry(entry: Entry): void {
  entry.isLocked = true;
  entry.end();
}

/** Looking up a digest takes the same time for every wrong guess that an attacker can choose. */
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
