import type { JsonObject, JsonValue } from '@postern/kernel';
import type {
  FilePart,
  ImagePart,
  MediaSource,
  OpaquePart,
  Part,
  TextPart,
  ToolResultPart,
} from '@postern/protocol';
import { extraFor, otherFields, listOf, objectOf, textOf } from '../json/read-json.ts';
import { encodeBase64Text } from '../media/base64-text.ts';
import { ANTHROPIC_MESSAGES } from './limits.ts';

/**
 * Decodes a content block of a request or a whole answer. An unknown or malformed block becomes an opaque
 * part, so that nothing is lost.
 */
export function decodeBlock(block: JsonObject): Part {
  const type = textOf(block['type']);
  const decode = type === undefined ? undefined : DECODERS.get(type);
  return decode?.(block) ?? opaque(block);
}

const DECODERS: ReadonlyMap<string, (block: JsonObject) => Part | undefined> = new Map([
  ['text', decodeText],
  ['image', decodeImage],
  ['document', decodeDocument],
  ['thinking', decodeThinking],
  ['redacted_thinking', decodeRedactedThinking],
  ['tool_use', decodeToolUse],
  ['tool_result', decodeToolResult],
]);

function opaque(value: JsonValue): OpaquePart {
  return { kind: 'opaque', dialect: ANTHROPIC_MESSAGES, value };
}

function extraOf(block: JsonObject, ...known: string[]): ReturnType<typeof extraFor> {
  return extraFor(ANTHROPIC_MESSAGES, otherFields(block, new Set(['type', ...known])));
}

function decodeText(block: JsonObject): TextPart | undefined {
  const text = textOf(block['text']);
  if (text === undefined) return undefined;
  const annotations = listOf(block['citations']);
  if (annotations === undefined) return { kind: 'text', text, ...extraOf(block, 'text') };
  return { kind: 'text', text, annotations, ...extraOf(block, 'text', 'citations') };
}

function decodeImage(block: JsonObject): ImagePart | undefined {
  const source = decodeSource(objectOf(block['source']));
  return source && { kind: 'image', source, ...extraOf(block, 'source') };
}

function decodeDocument(block: JsonObject): FilePart | undefined {
  const source = decodeSource(objectOf(block['source']));
  const name = textOf(block['title']);
  if (source === undefined) return undefined;
  if (name === undefined) return { kind: 'file', source, ...extraOf(block, 'source') };
  return { kind: 'file', source, name, ...extraOf(block, 'source', 'title') };
}

function decodeSource(source: JsonObject | undefined): MediaSource | undefined {
  const read = SOURCES.get(textOf(source?.['type']) ?? '');
  return source === undefined ? undefined : read?.(source);
}

const SOURCES: ReadonlyMap<string, (source: JsonObject) => MediaSource | undefined> = new Map([
  ['base64', bytesSource],
  ['text', textSource],
  ['url', urlSource],
  ['file', fileSource],
]);

function bytesSource(source: JsonObject): MediaSource | undefined {
  const mediaType = textOf(source['media_type']);
  const data = textOf(source['data']);
  if (mediaType === undefined || data === undefined) return undefined;
  return { kind: 'base64', mediaType, data };
}

function textSource(source: JsonObject): MediaSource | undefined {
  const text = textOf(source['data']);
  if (text === undefined) return undefined;
  return { kind: 'base64', mediaType: 'text/plain', data: encodeBase64Text(text) };
}

function urlSource(source: JsonObject): MediaSource | undefined {
  const url = textOf(source['url']);
  return url === undefined ? undefined : { kind: 'url', url };
}

function fileSource(source: JsonObject): MediaSource | undefined {
  const fileId = textOf(source['file_id']);
  return fileId === undefined ? undefined : { kind: 'provider-file', fileId };
}

function decodeThinking(block: JsonObject): Part | undefined {
  const text = textOf(block['thinking']);
  const signature = textOf(block['signature']);
  if (text === undefined) return undefined;
  const extra = extraOf(block, 'thinking', 'signature');
  return { kind: 'thinking', text, ...(signature !== undefined && { signature }), ...extra };
}

function decodeRedactedThinking(block: JsonObject): Part | undefined {
  const data = textOf(block['data']);
  return data === undefined ? undefined : { kind: 'redacted-thinking', data };
}

function decodeToolUse(block: JsonObject): Part | undefined {
  const callId = textOf(block['id']);
  const name = textOf(block['name']);
  if (callId === undefined || name === undefined) return undefined;
  const inputJson = JSON.stringify(block['input'] ?? {});
  return { kind: 'tool-call', callId, name, inputJson, ...extraOf(block, 'id', 'name', 'input') };
}

function decodeToolResult(block: JsonObject): ToolResultPart | undefined {
  const callId = textOf(block['tool_use_id']);
  if (callId === undefined) return undefined;
  return {
    kind: 'tool-result',
    callId,
    content: decodeResultContent(block['content']),
    isError: block['is_error'] === true,
    ...extraOf(block, 'tool_use_id', 'content', 'is_error'),
  };
}

function decodeResultContent(content: JsonValue | undefined): ToolResultPart['content'] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return (listOf(content) ?? []).map((inner) => {
    const block = objectOf(inner);
    if (block === undefined) return opaque(inner);
    const part = decodeBlock(block);
    return part.kind === 'text' || part.kind === 'image' || part.kind === 'file'
      ? part
      : opaque(block);
  });
}
