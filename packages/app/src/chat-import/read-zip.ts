import { ZipEntries, type ReadableFile, type ZipEnd } from '@postern/chat-importers';

const CHUNK_BYTES = 256 * 1024;

export type ZipReading = ZipEnd;

export interface ZipReadingOptions {
  /** Ends after so many files. */
  readonly maxFiles: number;
  /** Whether nothing more is needed. */
  readonly isEnded: () => boolean;
  /** As in `ZipEntries`. */
  readonly onFile: (name: string) => ((bytes: Uint8Array) => Promise<void>) | undefined;
}

/** Reads the files of an archive from one of them on. */
export async function readZip(
  file: ReadableFile,
  from: number,
  { maxFiles, isEnded, onFile }: ZipReadingOptions,
): Promise<ZipReading> {
  let ended = 0;
  const entries = new ZipEntries({
    onFile: (name) => (ended < maxFiles ? onFile(name) : undefined),
    onFileEnd: () => {
      ended += 1;
    },
  });
  for (let at = from; !isEnded() && ended < maxFiles;) {
    const chunk = await file.read(at, CHUNK_BYTES);
    if (chunk.length === 0) break;
    at += chunk.length;
    await entries.push(chunk);
  }
  const end = entries.end();
  return ended >= maxFiles ? 'complete' : end;
}
