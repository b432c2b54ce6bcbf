export { NoteCounts } from './note-counts.ts';
export { ZipEntries, type ZipEnd } from './zip-entries.ts';
export { ChatReader, type ChatFileEnd, type ReadChat } from './read-chats.ts';
export { readExactly, type ReadableFile } from './readable-file.ts';
export { DatabaseChats, type DatabaseEnd } from './sqlite/database-chats.ts';
export { DatabaseFile, isDatabase } from './sqlite/database-file.ts';
