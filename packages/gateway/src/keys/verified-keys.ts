import type { Grant } from '../ports.ts';
import { cacheDigest } from './key-hash.ts';
import { isKeyText } from './key-text.ts';

/** The cache is cleared when it has this many keys. */
const MAX_KEYS = 10_000;

/**
 * Caches valid tokens until the store changes. Contains digests, never tokens. Invalid tokens aren't cached, so
 * that guesses can't fill the cache.
 */
export class VerifiedKeys {
  readonly #dataVersion: () => number;
  readonly #grants = new Map<string, Grant>();
  #version: number | undefined;
  #isCurrent = false;

  /** @param dataVersion Changes when another connection has written to the store. */
  constructor(dataVersion: () => number) {
    this.#dataVersion = dataVersion;
  }

  /**
   * Returns the grant of a cached token, otherwise the result of `find`, which is then cached. It first reads the
   * store's version, once per turn of the event loop. So a revocation by another process applies to every
   * request read from its socket afterwards.
   */
  grantOf(text: string, find: () => Grant | undefined): Grant | undefined {
    const digest = cacheDigest(text);
    // A malformed token is rejected without the store, even if the store can't be read.
    if (!this.#grants.has(digest) && !isKeyText(text)) return undefined;
    this.#refresh();
    const known = this.#grants.get(digest);
    if (known !== undefined) return known;
    const found = find();
    if (found === undefined) return undefined;
    if (this.#grants.size >= MAX_KEYS) this.#grants.clear();
    this.#grants.set(digest, found);
    return found;
  }

  /** Clears the cache after this connection changed a key. */
  clear(): void {
    this.#grants.clear();
  }

  #refresh(): void {
    if (this.#isCurrent) return;
    const version = this.#dataVersion();
    if (version !== this.#version) this.#grants.clear();
    this.#version = version;
    this.#isCurrent = true;
    setImmediate(this.#expire);
  }

  readonly #expire = (): void => {
    this.#isCurrent = false;
  };
}
