import type { GatewayKeyId } from '@postern/protocol';
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
  readonly #ids = new Map<string, GatewayKeyId>();
  #version: number | undefined;
  #isCurrent = false;

  /** @param dataVersion Changes when another connection has written to the store. */
  constructor(dataVersion: () => number) {
    this.#dataVersion = dataVersion;
  }

  /**
   * Returns the key id of a cached token, otherwise the result of `find`, which is then cached. It first reads the
   * store's version, once per turn of the event loop. So a revocation by another process applies to every
   * request read from its socket afterwards.
   */
  idOf(text: string, find: () => GatewayKeyId | undefined): GatewayKeyId | undefined {
    const digest = cacheDigest(text);
    // A malformed token is rejected without the store, even if the store can't be read.
    if (!this.#ids.has(digest) && !isKeyText(text)) return undefined;
    this.#refresh();
    const known = this.#ids.get(digest);
    if (known !== undefined) return known;
    const found = find();
    if (found === undefined) return undefined;
    if (this.#ids.size >= MAX_KEYS) this.#ids.clear();
    this.#ids.set(digest, found);
    return found;
  }

  /** Clears the cache after this connection changed a key. */
  clear(): void {
    this.#ids.clear();
  }

  #refresh(): void {
    if (this.#isCurrent) return;
    const version = this.#dataVersion();
    if (version !== this.#version) this.#ids.clear();
    this.#version = version;
    this.#isCurrent = true;
    setImmediate(this.#expire);
  }

  readonly #expire = (): void => {
    this.#isCurrent = false;
  };
}
