export { NoteCounts } from './note-counts.ts';
export { ZipEntries, type ZipEnd } from './zip-entries.ts';
export { ChatReader, type ChatFileEnd, type ReadChat } from './read-chats.ts';
export { CachedFile, readExactly, type ReadableFile } from './readable-file.ts';
export { DatabaseChats, type DatabaseEnd } from './sqlite/database-chats.ts';
export { DatabaseFile, isDatabase } from './sqlite/database-file.ts';
export type { FoundFile, ReadChatContent } from './found-chat.ts';
export { placeOfFile } from './formats/text-parts.ts';
export { readDirectory, type ZipDirectory } from './zip-directory.ts';
