export { ChatReader, type ChatFileEnd, type ReadChat } from './read-chats.ts';
