import type { ChatImportNote } from '@postern/protocol';

/** Counts what is imported differently from how it was. */
export class NoteCounts {
  readonly #counts = new Map<ChatImportNote, number>();

  add(note: ChatImportNote, count = 1): void {
    if (count > 0) this.#counts.set(note, (this.#counts.get(note) ?? 0) + count);
  }

  addAll(other: NoteCounts): void {
    for (const [note, count] of other.#counts) this.add(note, count);
  }

  toObject(): Readonly<Partial<Record<ChatImportNote, number>>> {
    return Object.fromEntries(this.#counts);
  }
}
