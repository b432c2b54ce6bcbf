import { CachedFile, type ReadableFile, type ZipDirectory } from '@postern/chat-importers';
import { MAX_ATTACHMENT_BYTES } from '@postern/protocol';
import { readZip } from './read-zip.ts';

export interface ArchivedFile {
  /** Without its folders. */
  readonly name: string;
  readonly at: number;
}

const MAX_SIMILAR = 100;

/** Files in an archive that messages refer to. */
export class ArchivedFiles {
  readonly #archive: ReadableFile;
  readonly #files: readonly ArchivedFile[];

  constructor(archive: ReadableFile, directory: ZipDirectory) {
    // Files of one message are beside each other.
    this.#archive = new CachedFile(archive, 16);
    this.#files = directory
      .map(({ name, at }) => ({ name: name.split(/[/\\]/).at(-1) ?? name, at }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The file whose name begins with this id, as `file-abc` in `file-abc-photo.png`. */
  find(id: string): ArchivedFile | undefined {
    if (id === '') return undefined;
    let [low, high] = [0, this.#files.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#files[middle]?.name ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return this.#files
      .slice(low, low + MAX_SIMILAR)
      .find(({ name }) => name.startsWith(id) && !/^[\w]/.test(name.slice(id.length)));
  }

  /** Undefined if it can't be unpacked, or is larger than an attachment can be. */
  async read({ at }: ArchivedFile): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const isTooLarge = (): boolean => length > MAX_ATTACHMENT_BYTES;
    const end = await readZip(this.#archive, at, {
      maxFiles: 1,
      isEnded: isTooLarge,
      onFile: () => (bytes) => {
        length += bytes.length;
        // The bytes are a view of a block that is used again.
        if (!isTooLarge()) pieces.push(Uint8Array.from(bytes));
        return Promise.resolve();
      },
    });
    return end === 'complete' && !isTooLarge() ? Buffer.concat(pieces) : undefined;
  }
}
