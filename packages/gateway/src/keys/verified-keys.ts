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
 * Caches valid tokens until the store changes. Contains digests, never tokens. Invalid tokens aren't cached, so
 * that guesses can't fill the cache.
 */
export class VerifiedKeys {
  readonly #dataVersion: () => number;
  readonly #findImported: () => boolean;
  #hasImported: boolean | undefined;
  readonly #tokens = new Map<string, VerifiedToken>();
  #origins: ReadonlyMap<string, number> | undefined;
  #version: number | undefined;
  #isCurrent = false;

  /**
   * @param dataVersion Changes when another connection has written to the store.
   * @param hasImported Whether any key was created by another program.
   */
  constructor(dataVersion: () => number, hasImported: () => boolean) {
    this.#dataVersion = dataVersion;
    this.#findImported = hasImported;
  }

  /**
   * Returns a cached token, otherwise the result of `find`, which is then cached. It first reads the
   * store's version, once per turn of the event loop. So a revocation by another process applies to every
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
    const version = this.#dataVersion();
    if (version !== this.#version) this.clear();
    this.#version = version;
    this.#isCurrent = true;
    setImmediate(this.#expire);
  }

  readonly #expire = (): void => {
    this.#isCurrent = false;
  };
}
