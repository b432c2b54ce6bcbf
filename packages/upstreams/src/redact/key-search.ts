import type { Buffer } from 'node:buffer';

/** A power of two. More entries would make fewer false hits. */
const ENTRIES = 4096;
const MAX_SKIP = 255;

/**
 * Finds quickly that none of several patterns is in a text: the shift table of Wu and Manber, "A fast algorithm for
 * multi-pattern searching" (1994), with blocks of two bytes. It reads only about one block in the length of the
 * shortest pattern.
 */
export class KeySearch {
  /** How far the search may move on after a block, by the block's entry; 0 if a pattern may end its window here. */
  readonly #skips: Uint8Array;
  readonly #window: number;

  /** @param patterns Of two bytes at least. */
  constructor(patterns: readonly Buffer[]) {
    this.#window = Math.min(...patterns.map(({ length }) => length), MAX_SKIP + 1);
    this.#skips = new Uint8Array(ENTRIES).fill(this.#window - 1);
    for (const pattern of patterns) {
      for (let at = 1; at < this.#window; at += 1) {
        const entry = entryOf(pattern[at - 1] ?? 0, pattern[at] ?? 0);
        this.#skips[entry] = Math.min(this.#skips[entry] ?? 0, this.#window - 1 - at);
      }
    }
  }

  /** False only if no pattern is in the bytes. */
  mayBeIn(bytes: Uint8Array): boolean {
    const skips = this.#skips;
    for (let at = this.#window - 1; at < bytes.length;) {
      const skip = skips[entryOf(bytes[at - 1] ?? 0, bytes[at] ?? 0)] ?? 0;
      if (skip === 0) return true;
      at += skip;
    }
    return false;
  }

  /** False only if no pattern, which must be ASCII, is in the text. */
  mayBeInText(text: string): boolean {
    const skips = this.#skips;
    for (let at = this.#window - 1; at < text.length;) {
      const skip = skips[entryOf(text.charCodeAt(at - 1), text.charCodeAt(at))] ?? 0;
      if (skip === 0) return true;
      at += skip;
    }
    return false;
  }
}

function entryOf(first: number, second: number): number {
  return ((first << 5) ^ second) & (ENTRIES - 1);
}
