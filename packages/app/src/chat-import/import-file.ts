import type { ReadableFile } from '@postern/chat-importers';

/** A file that is imported: on the disk, or in the page of a user. */
export interface ImportFile extends ReadableFile {
  /**
   * Opens the file beside it with this at the end of its name; undefined if there is none. Missing if only the file
   * itself can be read.
   */
  readonly beside?: (suffix: string) => Promise<ReadableFile | undefined>;
}

const BLOCK_BYTES = 64 * 1024;

/** Counts how much of a file was read, for a progress bar. What is read twice counts once. */
export class CountedFile implements ImportFile {
  readonly bytes: number;
  readonly beside?: (suffix: string) => Promise<ReadableFile | undefined>;
  readonly #file: ImportFile;
  readonly #isRead: Uint8Array;
  #blocks = 0;

  constructor(file: ImportFile) {
    this.#file = file;
    this.bytes = file.bytes;
    this.#isRead = new Uint8Array(Math.ceil(file.bytes / BLOCK_BYTES));
    if (file.beside !== undefined) this.beside = file.beside;
  }

  get bytesRead(): number {
    return Math.min(this.bytes, this.#blocks * BLOCK_BYTES);
  }

  async read(at: number, count: number): Promise<Uint8Array> {
    const bytes = await this.#file.read(at, count);
    const end = at + bytes.length;
    for (let block = Math.floor(at / BLOCK_BYTES); block * BLOCK_BYTES < end; block += 1) {
      if (this.#isRead[block] !== 0) continue;
      this.#isRead[block] = 1;
      this.#blocks += 1;
    }
    return bytes;
  }
}
