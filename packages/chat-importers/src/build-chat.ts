import { failed, ok, type Result } from '@postern/kernel';
import type { ChatSkipReason, ChatSource } from '@postern/protocol';
import type { FoundChat, FoundMessage, ReadChatContent, ReadMessage } from './found-chat.ts';
import type { NoteCounts } from './note-counts.ts';
import { usableLabels } from './usable-labels.ts';

export const MAX_MESSAGES = 100_000;
const MAX_ID_LENGTH = 200;
const MAX_TITLE_LENGTH = 200;
const UNTITLED = 'Untitled chat';
/** The clock of the other machine may be ahead. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** Turns what a format has found into a chat that can be stored: a tree without cycles, with possible times. */
export function buildChat(
  source: ChatSource,
  found: FoundChat,
  nowMs: number,
  notes: NoteCounts,
): Result<ReadChatContent, ChatSkipReason> {
  if (!found.messages.some(({ parts }) => parts.length > 0)) return failed('empty');
  if (found.messages.length > MAX_MESSAGES) return failed('too-many-messages');
  const possible = (ms: number | undefined): number | undefined => {
    if (ms === undefined || (ms >= 0 && ms <= nowMs + MAX_AHEAD_MS)) return ms;
    notes.add('time-replaced');
    return undefined;
  };
  const times = found.messages.map((message) => possible(message.createdAtMs));
  const known = times.filter((ms) => ms !== undefined);
  const updatedMs = possible(found.updatedAtMs);
  const createdAtMs = possible(found.createdAtMs) ?? known[0] ?? updatedMs ?? nowMs;
  const last = known.reduce((latest, ms) => Math.max(latest, ms), createdAtMs);
  const title = titleOf(found, notes);
  return ok({
    origin: `${source}:${usableId(found.id) ?? `${createdAtMs}:${title}`}`,
    title,
    createdAtMs,
    updatedAtMs: Math.max(createdAtMs, updatedMs ?? last),
    ...(found.model === undefined ? {} : { model: found.model }),
    ...usableLabels(found, notes),
    messages: inTreeOrder(withOrigins(found.messages, times, notes), notes, createdAtMs),
  });
}

function titleOf({ title = UNTITLED }: FoundChat, notes: NoteCounts): string {
  const line = title.toWellFormed().trim() || UNTITLED;
  if (line.length <= MAX_TITLE_LENGTH) return line;
  notes.add('title-shortened');
  return `${line.slice(0, MAX_TITLE_LENGTH - 1).toWellFormed()}…`;
}

function usableId(id: string | undefined): string | undefined {
  return id !== undefined && id !== '' && id.length <= MAX_ID_LENGTH ? id : undefined;
}

interface WithOrigin {
  readonly origin: string;
  /** A possible time. */
  readonly atMs: number | undefined;
  readonly parent: string | null;
  readonly message: FoundMessage;
}

/** Gives each message an id that no other one has, the same at each import of the same file. */
function withOrigins(
  messages: readonly FoundMessage[],
  times: readonly (number | undefined)[],
  notes: NoteCounts,
): readonly WithOrigin[] {
  const taken = new Set<string>();
  let before: string | null = null;
  return messages.map((message, index) => {
    const id = usableId(message.id);
    const origin = id !== undefined && !taken.has(id) ? id : freeOrigin(index, taken);
    if (origin !== id) notes.add('id-replaced');
    taken.add(origin);
    const parent = message.parent === undefined ? before : message.parent;
    before = origin;
    return { origin, atMs: times[index], parent, message };
  });
}

/** An id for a message without one of its own, made from its place in the chat. */
function freeOrigin(index: number, taken: ReadonlySet<string>): string {
  let origin = `#${index}`;
  while (taken.has(origin)) origin = `#${origin}`;
  return origin;
}

/**
 * Each message after its parent, otherwise in the order of the file. Messages without content only connect others.
 * Iterative, because a chat is one long branch.
 */
function inTreeOrder(
  messages: readonly WithOrigin[],
  notes: NoteCounts,
  createdAtMs: number,
): readonly ReadMessage[] {
  const byOrigin = new Map(messages.map((each) => [each.origin, each]));
  const placed = new Map<string, ReadMessage>();
  /** For each message itself, or the nearest one above that isn't empty. */
  const shown = new Map<string, string | null>();
  const place = ({ origin, message, atMs }: WithOrigin, above: string | null): void => {
    const parent = above === null ? null : (shown.get(above) ?? null);
    shown.set(origin, message.parts.length === 0 ? parent : origin);
    if (message.parts.length === 0) return;
    const before = parent === null ? undefined : placed.get(parent)?.createdAtMs;
    placed.set(origin, toImported(message, origin, parent, atMs ?? before ?? createdAtMs));
  };
  for (const first of messages) {
    const waiting: WithOrigin[] = [];
    const isWaiting = new Set<string>();
    let next: WithOrigin | undefined = first;
    while (next !== undefined && !shown.has(next.origin) && !isWaiting.has(next.origin)) {
      waiting.push(next);
      isWaiting.add(next.origin);
      next = next.parent === null ? undefined : byOrigin.get(next.parent);
    }
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
      // The parent is missing, or it is a part of a cycle, which begins at this message then.
      const isBroken = each.parent !== null && !shown.has(each.parent);
      if (isBroken) notes.add('parent-missing');
      place(each, isBroken ? null : each.parent);
    }
  }
  return [...placed.values()];
}

function toImported(
  message: FoundMessage,
  origin: string,
  parent: string | null,
  createdAtMs: number,
): ReadMessage {
  const { role, parts, status = 'complete', provider, model, stopReason, usage } = message;
  return {
    ...{ origin, parent, role, parts, status, createdAtMs },
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(stopReason === undefined ? {} : { stopReason }),
    ...(usage === undefined ? {} : { usage }),
  };
}
