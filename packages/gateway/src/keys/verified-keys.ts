import type { Grant, KeyRefusalCode } from '../ports.ts';
import { cacheDigest } from './key-hash.ts';
import { mayBeImported } from './imported-text.ts';
import { isKeyText } from './key-text.ts';

/** The cache is cleared when it has this many keys. */
const MAX_KEYS = 10_000;

/** A token of a key that is neither revoked nor disabled. */
export interface VerifiedToken {
  /** Expires with the key, or with the grace period of an earlier text. */
  readonly grant: Grant;
  /** Why the token is refused once its grant has expired. */
  readonly endsAs: KeyRefusalCode;
}

/**
 * Caches valid tokens until a key changes. Contains digests, never tokens. Invalid tokens aren't cached, so
 * that guesses can't fill the cache.
 */
export class VerifiedKeys {
  readonly #changes: () => number;
  readonly #findImported: () => boolean;
  #hasImported: boolean | undefined;
  readonly #tokens = new Map<string, VerifiedToken>();
  #origins: ReadonlyMap<string, number> | undefined;
  #changesSeen: number | undefined;
  #isCurrent = false;

  /**
   * @param changes A number that is another one after any connection has changed a key.
   * @param hasImported Whether any key was created by another program.
   */
  constructor(changes: () => number, hasImported: () => boolean) {
    this.#changes = changes;
    this.#findImported = hasImported;
  }

  /**
   * Returns a cached token, otherwise the result of `find`, which is then cached. It first reads the
   * number of changes, once per turn of the event loop. So a revocation by another process applies to every
   * request read from its socket afterwards.
   */
  tokenOf(text: string, find: () => VerifiedToken | undefined): VerifiedToken | undefined {
    const digest = cacheDigest(text);
    // A malformed token is rejected without the store, even if the store can't be read.
    const isOwn = this.#tokens.has(digest) || isKeyText(text);
    if (!isOwn && !mayBeImported(text)) return undefined;
    this.#refresh();
    // An imported key has no checksum. If there is one, a guess costs what a guess with a right checksum costs,
    // which anyone can compute: one keyed hash and a lookup in two indexes. Without one, it costs less.
    if (!isOwn && !(this.#hasImported ??= this.#findImported())) return undefined;
    const known = this.#tokens.get(digest);
    if (known !== undefined) return known;
    const found = find();
    if (found === undefined) return undefined;
    if (this.#tokens.size >= MAX_KEYS) this.#tokens.clear();
    this.#tokens.set(digest, found);
    return found;
  }

  /** The same for the origins that valid keys list, each with the time from which on no key lists it. */
  originsOf(find: () => ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    this.#refresh();
    this.#origins ??= find();
    return this.#origins;
  }

  /** Clears the cache after this connection changed a key. */
  clear(): void {
    this.#tokens.clear();
    this.#origins = undefined;
    this.#hasImported = undefined;
  }

  #refresh(): void {
    if (this.#isCurrent) return;
    const changes = this.#changes();
    if (changes !== this.#changesSeen) this.clear();
    this.#changesSeen = changes;
    this.#isCurrent = true;
    setImmediate(this.#expire);
  }

  readonly #expire = (): void => {
    this.#isCurrent = false;
  };
}
