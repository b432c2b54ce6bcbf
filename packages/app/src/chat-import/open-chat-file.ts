import { isDatabase, readExactly } from '@postern/chat-importers';
import type { ChatFile, ChatFileParts } from './chat-file.ts';
import { DatabaseOfChats } from './database-of-chats.ts';
import type { ImportFile } from './import-file.ts';
import { JsonChats } from './json-chats.ts';
import { ZippedChats } from './zipped-chats.ts';

const START_BYTES = 16;

/** The reader for a file, as its first bytes say. */
export async function openChatFile(file: ImportFile, parts: ChatFileParts): Promise<ChatFile> {
  const start = await readExactly(file, 0, START_BYTES);
  if (isDatabase(start)) return new DatabaseOfChats(file, parts);
  return isZip(start) ? new ZippedChats(file, parts) : new JsonChats(file, parts);
}

/** Whether a file begins as a zip file does (APPNOTE 4.3.7 and 4.3.16), which ChatGPT and Claude deliver. */
function isZip(bytes: Uint8Array): boolean {
  const begins = (signature: readonly number[]): boolean =>
    signature.every((byte, at) => bytes[at] === byte);
  return begins([0x50, 0x4b, 0x03, 0x04]) || begins([0x50, 0x4b, 0x05, 0x06]);
}
