import type { GatewayKeyId } from '@postern/protocol';
import { cacheDigest } from './key-hash.ts';
import { isKeyText } from './key-text.ts';

/** So many keys are remembered; when there are more, the cache starts anew. */
const MAX_KEYS = 10_000;

/**
 * Remembers which tokens were valid, for as long as the store doesn't change. Holds digests, never the
 * tokens themselves. An invalid token is not remembered, so nobody can fill the cache with guesses.
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
   * The id of a remembered token, else what `find` says, which is remembered. The store's version is
   * read first, once per turn of the event loop: a revocation by another process counts for every
   * request that is read from its socket after it.
   */
  idOf(text: string, find: () => GatewayKeyId | undefined): GatewayKeyId | undefined {
    const digest = cacheDigest(text);
    // What isn't a key is refused without the store, even when the store can't be read.
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

  /** Forgets everything: this connection has changed a key itself. */
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
