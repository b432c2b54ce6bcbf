import { crc32, deflateRawSync } from 'node:zlib';

export interface ZippedFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly method?: 0 | 8 | 9;
  /** The sizes follow the data, as when the archive was written to a pipe. */
  readonly isStreamed?: boolean;
  readonly isEncrypted?: boolean;
}

/** A zip archive as in APPNOTE 6.3.10. */
export function zip(files: readonly ZippedFile[]): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const { local, entry } = zippedFile(file, at);
    parts.push(local);
    entries.push(entry);
    at += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** With its entry in the directory. */
function zippedFile(
  { name, content, method = 8, isStreamed = false, isEncrypted }: ZippedFile,
  at: number,
): { readonly local: Buffer; readonly entry: Buffer } {
  const bytes = Buffer.from(content);
  const data = method === 8 ? deflateRawSync(bytes) : bytes;
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(crc32(bytes), 0);
  sizes.writeUInt32LE(data.length, 4);
  sizes.writeUInt32LE(bytes.length, 8);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE((isStreamed ? 8 : 0) | (isEncrypted === true ? 1 : 0), 6);
  header.writeUInt16LE(method, 8);
  if (!isStreamed) sizes.copy(header, 14);
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  const descriptor = isStreamed ? [Buffer.from('PK\x07\x08', 'latin1'), sizes] : [];
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  header.copy(entry, 8, 6, 10);
  sizes.copy(entry, 16);
  entry.writeUInt16LE(Buffer.byteLength(name), 28);
  entry.writeUInt32LE(at, 42);
  return {
    local: Buffer.concat([header, Buffer.from(name), data, ...descriptor]),
    entry: Buffer.concat([entry, Buffer.from(name)]),
  };
}
