import type { JsonObject } from '@postern/kernel';
import type { ChatSource } from '@postern/protocol';
import type { ChatFormat } from './chat-format.ts';
import { CHATGPT } from './formats/chatgpt.ts';
import { CLAUDE } from './formats/claude.ts';
import { LIBRECHAT } from './formats/librechat.ts';
import { CHAT_LINUX_CLIENT, CLAUDE_FOR_LINUX } from './formats/linux-clients.ts';
import { OPEN_WEBUI } from './formats/open-webui.ts';
import { POSTERN } from './formats/postern.ts';

/** The formats by their programs, in the order in which they are tried. */
const CHAT_FORMATS: ReadonlyMap<ChatSource, ChatFormat> = new Map([
  ['postern', POSTERN],
  ['chatgpt', CHATGPT],
  ['claude', CLAUDE],
  ['open-webui', OPEN_WEBUI],
  ['librechat', LIBRECHAT],
  ['chat-linux-client', CHAT_LINUX_CLIENT],
  ['claude-for-linux', CLAUDE_FOR_LINUX],
]);

/** Members of the outermost object that hold a list of chats. */
export const EXPANDED_MEMBERS: ReadonlySet<string> = new Set([
  'chats',
  'conversations',
  'sessions',
]);

export interface DetectedFormat {
  readonly source: ChatSource;
  readonly format: ChatFormat;
}

export const POSTERN_EXPORT: DetectedFormat = { source: 'postern', format: POSTERN };

/** The program that wrote this chat; undefined if it is none of them. */
export function detectFormat(value: JsonObject): DetectedFormat | undefined {
  for (const [source, format] of CHAT_FORMATS) {
    if (format.fits(value)) return { source, format };
  }
  return undefined;
}
