import { ERASE_WHATS, type EraseReport, type EraseWhat } from '@postern/protocol';
import type { KnownBackup } from './known-backups.ts';

/** Counts what is erased, and what isn't. */
export class EraseTally {
  readonly #erased = new Map<EraseWhat, { count: number; bytes: number }>();
  readonly #failed: { readonly what: string; readonly why: string }[] = [];
  readonly #kept: { readonly what: string; readonly why: string }[] = [];
  readonly #downloads: readonly KnownBackup[];

  constructor(backups: readonly KnownBackup[]) {
    this.#downloads = backups.filter(({ path }) => path === null);
  }

  erased(what: EraseWhat, bytes: number, count = 1): void {
    const before = this.#erased.get(what) ?? { count: 0, bytes: 0 };
    this.#erased.set(what, { count: before.count + count, bytes: before.bytes + bytes });
  }

  /** Trying again may help. */
  failed(what: string, why: string): void {
    this.#failed.push({ what, why });
  }

  /** It isn't Postern's to erase. */
  kept(what: string, why: string): void {
    this.#kept.push({ what, why });
  }

  get isComplete(): boolean {
    return this.#failed.length === 0;
  }

  report(): EraseReport {
    const erased = ERASE_WHATS.flatMap((what) => {
      const found = this.#erased.get(what);
      return found === undefined || found.count === 0 ? [] : [{ what, ...found }];
    });
    return { erased, failed: this.#failed, kept: this.#kept, downloads: this.#downloads.length };
  }
}
