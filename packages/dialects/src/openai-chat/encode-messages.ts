import type { JsonObject } from '@postern/kernel';
import type { Part, ServerQuirks, ToolResultPart, Turn } from '@postern/protocol';
import { nineCharacterCallId, wireCallId } from '../names/call-id.ts';
import type { Report, Warn } from '../report.ts';
import { arrangeTurns, type UserBlock } from '../turns/arrange-turns.ts';
import { encodeAssistantMessage } from './encode-assistant.ts';
import { OPENAI_CHAT } from './limits.ts';
import { encodeContent, type ContentPlace } from './user-content.ts';

/**
 * Encodes `messages`: `tool` messages directly after the calls that they answer, then one message per turn.
 * A `tool` message can't contain images and files, so they move to the start of the next user message, after
 * the id of their call.
 */
export function encodeMessages(
  turns: readonly Turn[],
  quirks: ServerQuirks,
  report: Report,
  warn: Warn,
): readonly JsonObject[] {
  const blocks = arrangeTurns(turns, report);
  const idOf = quirks.nineCharacterCallIds === true ? nineCharacterCallId : wireCallId;
  const lastQuestion = blocks.findLastIndex((block) => block.side === 'user' && holdsWords(block));
  return blocks.flatMap((block, index) => {
    const path = `messages[${index}]`;
    if (block.side === 'user') return encodeUserBlock(block, idOf, { path, quirks, report });
    const isAtWork = index > lastQuestion;
    const parts = block.parts.map((part, at) => {
      if (isSent(part, isAtWork)) return part;
      const what = part.kind === 'opaque' ? 'this opaque' : 'reasoning in a request';
      const message = `this dialect has no field for ${what}`;
      warn({ kind: 'dropped', path: `${path}.parts[${at}]`, message });
      return OMITTED;
    });
    return parts.every((part) => part === OMITTED) ? [] : [encodeAssistantMessage(parts, idOf)];
  });
}

function holdsWords(block: UserBlock): boolean {
  return block.entries.some(({ role }) => role === 'user');
}

/** Replaces an omitted part, so that the texts around it don't run together. */
const OMITTED: Part = { kind: 'redacted-thinking', data: '' };

/**
 * Keeps reasoning only in the turn that is still in progress, between calls and their results. DeepSeek
 * requires it there; elsewhere servers ignore or reject it. Reasoning of other dialects is never sent.
 */
function isSent(part: Part, isAtWork: boolean): boolean {
  switch (part.kind) {
    case 'thinking':
      return isAtWork && part.extra?.dialect === OPENAI_CHAT;
    case 'redacted-thinking':
      return false;
    case 'opaque':
      return part.dialect === OPENAI_CHAT;
    default:
      return true;
  }
}

/** The wire form of a tool call's id for a server. */
type CallIdForm = (callId: string) => string;

function encodeUserBlock(
  block: UserBlock,
  idOf: CallIdForm,
  place: ContentPlace,
): readonly JsonObject[] {
  const media = block.results.flatMap((result) => mediaOf(result, idOf));
  const [first, ...others] = block.entries;
  const isAsked = first?.role === 'user';
  const opening: UserBlock['entries'] = isAsked
    ? [{ role: 'user', parts: [...media, ...first.parts] }, ...others]
    : [...(media.length === 0 ? [] : [{ role: 'user', parts: media } as const]), ...block.entries];
  return [
    ...block.results.map((result) => encodeResult(result, idOf)),
    ...opening.map(({ role, parts }) => ({ role, content: encodeContent(parts, place) })),
  ];
}

function encodeResult(result: ToolResultPart, idOf: CallIdForm): JsonObject {
  const text = result.content
    .flatMap((part) => {
      if (part.kind === 'text') return [part.text];
      return part.kind === 'opaque' ? [JSON.stringify(part.value)] : [];
    })
    .join('\n');
  return {
    role: 'tool',
    tool_call_id: idOf(result.callId),
    content: result.isError ? `Error: ${text}` : text,
  };
}

function mediaOf(result: ToolResultPart, idOf: CallIdForm): readonly Part[] {
  const media = result.content.filter(({ kind }) => kind === 'image' || kind === 'file');
  if (media.length === 0) return [];
  const label = `From the result of the tool call ${idOf(result.callId)}:`;
  return [{ kind: 'text', text: label }, ...media];
}
