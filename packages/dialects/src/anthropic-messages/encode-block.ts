import type { JsonObject, JsonValue } from '@postern/kernel';
import type {
  FilePart,
  ImagePart,
  MediaSource,
  Part,
  TextPart,
  ToolResultPart,
} from '@postern/protocol';
import { extraFields, jsonObject, objectOf } from '../json/read-json.ts';
import { parseInput } from '../json/parse-input.ts';
import { decodeBase64Text } from '../media/base64-text.ts';
import { cacheMark } from '../prompt-cache/cache-mark.ts';
import { wireCallId } from '../names/call-id.ts';
import { wireToolName } from '../names/tool-name.ts';
import type { Report } from '../report.ts';
import { ANTHROPIC_MESSAGES, MAX_TOOL_NAME } from './limits.ts';

/** Encodes a part as a content block; undefined if this dialect has none for it. */
export function encodeBlock(part: Part, path: string, report: Report): JsonObject | undefined {
  switch (part.kind) {
    case 'text':
      return encodeText(part);
    case 'image':
      return encodeImage(part, path, report);
    case 'file':
      return encodeFile(part, path, report);
    case 'thinking':
      return {
        type: 'thinking',
        thinking: part.text,
        signature: part.signature ?? '',
        ...extraFields(ANTHROPIC_MESSAGES, part.extra),
      };
    case 'redacted-thinking':
      return { type: 'redacted_thinking', data: part.data };
    case 'tool-call':
      return {
        type: 'tool_use',
        id: wireCallId(part.callId),
        name: wireToolName(part.name, MAX_TOOL_NAME),
        input: parseInput(part.inputJson),
        ...cacheMark(part.extra),
        ...extraFields(ANTHROPIC_MESSAGES, part.extra),
      };
    case 'tool-result':
      return encodeResult(part, path, report);
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'opaque':
      return part.dialect === ANTHROPIC_MESSAGES ? objectOf(part.value) : undefined;
  }
}

function encodeText(part: TextPart): JsonObject {
  const citations = part.annotations?.filter(isCitation);
  const isForeign = citations?.length === 0 && part.annotations?.length !== 0;
  return jsonObject({
    type: 'text',
    text: part.text,
    citations: isForeign ? undefined : citations,
    ...cacheMark(part.extra),
    ...extraFields(ANTHROPIC_MESSAGES, part.extra),
  });
}

/** Only citations of the Messages API have types such as `char_location`. */
export function isCitation(annotation: JsonValue): boolean {
  const type = objectOf(annotation)?.['type'];
  return typeof type === 'string' && type.endsWith('_location');
}

function encodeImage(part: ImagePart, path: string, report: Report): JsonObject {
  return {
    type: 'image',
    source: encodeSource(part.source, path, report),
    ...cacheMark(part.extra),
    ...extraFields(ANTHROPIC_MESSAGES, part.extra),
  };
}

function encodeFile(part: FilePart, path: string, report: Report): JsonObject {
  return jsonObject({
    type: 'document',
    source: encodeDocument(part.source, path, report),
    title: part.name,
    ...cacheMark(part.extra),
    ...extraFields(ANTHROPIC_MESSAGES, part.extra),
  });
}

function encodeSource(source: MediaSource, path: string, report: Report): JsonObject {
  switch (source.kind) {
    case 'base64':
      return { type: 'base64', media_type: source.mediaType, data: source.data };
    case 'url':
      if (!source.url.startsWith('https://')) {
        const message = 'media must be given as bytes or by an https:// address';
        report({ reason: 'unsupported', path, message });
      }
      return { type: 'url', url: source.url };
    case 'provider-file':
      if (!source.fileId.startsWith('file_')) {
        const message = "a file stored at another provider can't be sent to this one";
        report({ reason: 'unsupported', path, message });
      }
      return { type: 'file', file_id: source.fileId };
  }
}

const TEXT_TYPE = /^text\/|^application\/(?:json|xml|x-yaml|yaml|javascript|toml)$|\+(?:json|xml)$/;

/** Encodes a PDF as bytes, and textual files as plain text. The API accepts no other documents. */
function encodeDocument(source: MediaSource, path: string, report: Report): JsonObject {
  if (source.kind !== 'base64' || source.mediaType === 'application/pdf') {
    return encodeSource(source, path, report);
  }
  const text = TEXT_TYPE.test(source.mediaType) ? decodeBase64Text(source.data) : undefined;
  if (text === undefined) {
    report({ reason: 'unsupported', path, message: 'a file must be a PDF or UTF-8 text' });
  }
  return { type: 'text', media_type: 'text/plain', data: text ?? '' };
}

function encodeResult(part: ToolResultPart, path: string, report: Report): JsonObject {
  const content = part.content.flatMap((inner) => {
    if (inner.kind === 'text' && inner.text.trim() === '') return [];
    const block = encodeBlock(inner, path, report);
    return block === undefined ? [foreignText(inner)] : [block];
  });
  return jsonObject({
    type: 'tool_result',
    tool_use_id: wireCallId(part.callId),
    content: content.length === 0 ? undefined : content,
    is_error: part.isError ? true : undefined,
    ...cacheMark(part.extra),
    ...extraFields(ANTHROPIC_MESSAGES, part.extra),
  });
}

/** Encodes another dialect's block as its JSON, because a result must be complete. */
function foreignText(part: ToolResultPart['content'][number]): JsonObject {
  return { type: 'text', text: JSON.stringify(part.kind === 'opaque' ? part.value : part) };
}
