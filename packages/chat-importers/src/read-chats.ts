import {
  decodeUtf8,
  failed,
  isJsonObject,
  parseJson,
  type JsonValue,
  type Result,
} from '@postern/kernel';
import type { ChatSkipReason, ChatSource } from '@postern/protocol';
import {
  detectFormat,
  EXPANDED_MEMBERS,
  POSTERN_EXPORT,
  type DetectedFormat,
} from './chat-formats.ts';
import type { ReadChatContent } from './found-chat.ts';
import { JsonElements, type JsonEnd, type JsonPiece } from './json-elements.ts';
import { NoteCounts } from './note-counts.ts';

/** The limit of one chat in bytes of JSON. */
export const MAX_CHAT_BYTES = 64 * 1024 * 1024;
/** Some exports nest each message in the one before. */
const MAX_DEPTH = 4000;

export interface ReadChat {
  /** The place in the file, counted from 1. */
  readonly place: string;
  readonly chat: Result<ReadChatContent, ChatSkipReason>;
}

/** How a file ended, or that no chat in it was recognized. */
export type ChatFileEnd = JsonEnd | 'unrecognized';

/**
 * Reads the chats of a JSON file that arrives in chunks. The program that wrote it is recognized by its first chat.
 * Needs the memory of one chat. `onChat` is called for each one in the order of the file.
 */
export class ChatReader {
  readonly #nowMs: number;
  readonly #onChat: (read: ReadChat) => void;
  readonly #elements: JsonElements;
  #detected: DetectedFormat | undefined;
  /** The members of the outermost object. Small chats are a whole file. */
  #members: string[] = [];
  #memberLength = 0;
  readonly notes = new NoteCounts();

  constructor(nowMs: number, onChat: (read: ReadChat) => void) {
    this.#nowMs = nowMs;
    this.#onChat = onChat;
    this.#elements = new JsonElements({
      expanded: EXPANDED_MEMBERS,
      maxBytes: MAX_CHAT_BYTES,
      onPiece: (piece) => {
        this.#take(piece);
      },
    });
  }

  get source(): ChatSource | undefined {
    return this.#detected?.source;
  }

  push(chunk: Uint8Array): void {
    this.#elements.push(chunk);
  }

  end(): ChatFileEnd {
    const end = this.#elements.end();
    if (end === 'complete' && this.#detected === undefined && this.#members.length > 0) {
      this.#readObject();
    }
    return end === 'complete' && this.#detected === undefined ? 'unrecognized' : end;
  }

  /** Reads a chat that isn't in a JSON file. */
  take(value: JsonValue, place: string): void {
    const detected = isJsonObject(value) ? (this.#detected ?? detectFormat(value)) : undefined;
    if (!isJsonObject(value) || detected?.format.fits(value) !== true) {
      this.#onChat({ place, chat: failed('unknown') });
      return;
    }
    this.#detected = detected;
    const notes = new NoteCounts();
    const chat = detected.format.read(value, { nowMs: this.#nowMs, notes });
    if (chat.ok) this.notes.addAll(notes);
    this.#onChat({ place, chat });
  }

  /** Reports a chat that can't be read. */
  skip(place: string, why: ChatSkipReason): void {
    this.#onChat({ place, chat: failed(why) });
  }

  #take(piece: JsonPiece): void {
    if (piece.kind === 'member') {
      this.#takeMember(piece.key, piece.bytes);
    } else if (piece.kind === 'too-large') {
      if (piece.index === undefined) this.#memberLength = Infinity;
      else this.#onChat({ place: placeOf(piece.index), chat: failed('too-large') });
    } else {
      this.#readText(decodeUtf8(piece.bytes), placeOf(piece.index));
    }
  }

  #takeMember(key: string, bytes: Uint8Array): void {
    this.#memberLength += bytes.length;
    const text = decodeUtf8(bytes);
    // It says so itself, so an export without chats is recognized too.
    if (key === 'format' && text === '"postern-chats"') this.#detected ??= POSTERN_EXPORT;
    if (text === undefined || this.#memberLength > MAX_CHAT_BYTES) this.#members = [];
    else this.#members.push(`"${key}":${text}`);
  }

  #readObject(): void {
    if (this.#memberLength > MAX_CHAT_BYTES) {
      this.#onChat({ place: '1', chat: failed('too-large') });
      return;
    }
    this.#readText(`{${this.#members.join(',')}}`, '1');
  }

  #readText(text: string | undefined, place: string): void {
    const parsed = text === undefined ? failed('malformed' as const) : parseChatJson(text);
    if (parsed.ok) this.take(parsed.value, place);
    else this.skip(place, parsed.failure);
  }
}

/** The JSON of one chat, or of a part of it. */
export function parseChatJson(text: string): Result<JsonValue, ChatSkipReason> {
  const parsed = parseJson(text, { maxLength: MAX_CHAT_BYTES, maxDepth: MAX_DEPTH });
  return parsed.ok ? parsed : failed(SKIPPED[parsed.failure.reason]);
}

const SKIPPED = {
  'json-malformed': 'malformed',
  'json-too-large': 'too-large',
  'json-too-deep': 'too-deep',
  'json-forbidden-key': 'forbidden-key',
} as const satisfies Record<string, ChatSkipReason>;

function placeOf(index: number): string {
  return String(index + 1);
}
