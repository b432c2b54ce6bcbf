export { NoteCounts } from './note-counts.ts';
export { ZipEntries, type ZipEnd } from './zip-entries.ts';
export { ChatReader, type ChatFileEnd, type ReadChat } from './read-chats.ts';
