import type { JsonObject, JsonValue } from '@postern/kernel';
import type {
  FilePart,
  ImagePart,
  Part,
  ThinkingPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '@postern/protocol';
import {
  extraFields,
  otherFields,
  filledText,
  jsonObject,
  listOf,
  objectOf,
  textOf,
} from '../json/read-json.ts';
import { decodeBase64Text } from '../media/base64-text.ts';
import { dataUrl } from '../media/data-url.ts';
import { wireCallId } from '../names/call-id.ts';
import type { Report } from '../report.ts';
import { arrangeTurns } from '../turns/arrange-turns.ts';
import { customInput, isCustomCall } from './custom-call.ts';
import { foreignContent } from './foreign-reasoning.ts';
import { OPENAI_RESPONSES } from './limits.ts';
import { toolReference } from './tools.ts';

/** Encodes `input`. Calls and their results are items, like messages. */
export function encodeInput(turns: readonly Turn[], report: Report): readonly JsonObject[] {
  return arrangeTurns(turns, report).flatMap((block, index) => {
    const path = `input[${index}]`;
    if (block.side === 'assistant')
      return block.parts.map(encodeOutputItem).filter(isItem).map(inputForm);
    return [
      ...block.results.map((result) => encodeResult(result, path, report)),
      ...block.entries.flatMap(({ role, parts }) => encodeMessages(role, parts, path, report)),
    ];
  });
}

function isItem(item: JsonObject | undefined): item is JsonObject {
  return item !== undefined;
}

/** Encodes a user or system turn: messages, and other items between them. */
function encodeMessages(
  role: 'system' | 'user',
  parts: readonly Part[],
  path: string,
  report: Report,
): readonly JsonObject[] {
  const items: JsonObject[] = [];
  let content: JsonObject[] = [];
  const endMessage = (): void => {
    if (content.length === 0) return;
    const wireRole = role === 'system' ? 'developer' : 'user';
    items.push({ type: 'message', role: wireRole, content });
    content = [];
  };
  for (const part of parts) {
    const encoded = encodeContentPart(part, path, report);
    if (part.kind === 'opaque' && !isContent(encoded)) {
      endMessage();
      if (encoded !== undefined) items.push(encoded);
    } else if (encoded !== undefined) content.push(encoded);
  }
  endMessage();
  return items;
}

function isContent(value: JsonObject | undefined): boolean {
  return textOf(value?.['type'])?.startsWith('input_') ?? false;
}

function encodeContentPart(part: Part, path: string, report: Report): JsonObject | undefined {
  switch (part.kind) {
    case 'text':
      return {
        type: 'input_text',
        text: part.text,
        ...extraFields(OPENAI_RESPONSES, part.extra),
      };
    case 'image':
      return encodeImage(part);
    case 'file':
      return encodeFile(part, path, report);
    case 'opaque':
      return objectOf(part.value);
    default:
      return undefined;
  }
}

function encodeImage({ source, extra }: ImagePart): JsonObject {
  const rest = extraFields(OPENAI_RESPONSES, extra);
  if (source.kind === 'provider-file') {
    return { type: 'input_image', file_id: source.fileId, detail: 'auto', ...rest };
  }
  const url = source.kind === 'url' ? source.url : dataUrl(source.mediaType, source.data);
  return { type: 'input_image', image_url: url, detail: 'auto', ...rest };
}

/** Encodes a PDF as a file, and textual files as text after their name. */
function encodeFile({ source, name, extra }: FilePart, path: string, report: Report): JsonObject {
  const rest = extraFields(OPENAI_RESPONSES, extra);
  if (source.kind === 'provider-file') {
    return jsonObject({ type: 'input_file', file_id: source.fileId, filename: name, ...rest });
  }
  if (source.kind === 'url') {
    return jsonObject({ type: 'input_file', file_url: source.url, filename: name, ...rest });
  }
  if (source.mediaType === 'application/pdf') {
    return {
      type: 'input_file',
      filename: name ?? 'document.pdf',
      file_data: dataUrl(source.mediaType, source.data),
      ...rest,
    };
  }
  const text = decodeBase64Text(source.data);
  if (text === undefined) {
    report({ reason: 'unsupported', path, message: 'a file must be a PDF or UTF-8 text' });
  }
  return { type: 'input_text', text: `${name === undefined ? '' : `${name}\n\n`}${text ?? ''}` };
}

/** Encodes a result: one text as a string, anything else as a list. The API has no field for a failed call. */
function encodeResult(result: ToolResultPart, path: string, report: Report): JsonObject {
  const parts: readonly Part[] = result.isError
    ? [{ kind: 'text', text: 'Error:' }, ...result.content]
    : result.content;
  return {
    type: 'function_call_output',
    call_id: wireCallId(result.callId),
    output: plainText(parts) ?? encodeList(parts, path, report),
    ...extraFields(OPENAI_RESPONSES, result.extra),
  };
}

function encodeList(parts: readonly Part[], path: string, report: Report): readonly JsonObject[] {
  return parts.map((part) => encodeContentPart(part, path, report)).filter(isItem);
}

/** The text, if there is only one plain text or nothing. */
function plainText([only, ...more]: readonly Part[]): string | undefined {
  if (only === undefined) return '';
  const isPlain = only.kind === 'text' && only.extra === undefined && more.length === 0;
  return isPlain ? only.text : undefined;
}

/** Encodes a part of an answer as an item without id and status; undefined if the dialect has none for it. */
export function encodeOutputItem(part: Part): JsonObject | undefined {
  switch (part.kind) {
    case 'text':
      return {
        type: 'message',
        role: 'assistant',
        content: [outputText(part.text, part.annotations ?? [])],
        ...extraFields(OPENAI_RESPONSES, part.extra),
      };
    case 'refusal':
      return {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'refusal', refusal: part.text }],
      };
    case 'tool-call':
      return encodeCall(part);
    case 'thinking':
      return encodeReasoning(part);
    case 'redacted-thinking':
      return jsonObject({
        type: 'reasoning',
        summary: [],
        encrypted_content: foreignContent(part),
      });
    case 'opaque':
      return part.dialect === OPENAI_RESPONSES ? objectOf(part.value) : undefined;
    default:
      return undefined;
  }
}

function outputText(text: string, annotations: readonly JsonValue[]): JsonObject {
  return {
    type: 'output_text',
    text,
    annotations: annotations.filter(isOwnAnnotation),
    logprobs: [],
  };
}

/** Whether an annotation isn't a citation of the Messages API. */
export function isOwnAnnotation(annotation: JsonValue): boolean {
  return textOf(objectOf(annotation)?.['type'])?.endsWith('_location') !== true;
}

function encodeCall(part: ToolCallPart): JsonObject {
  if (isCustomCall(part)) {
    return {
      ...extraFields(OPENAI_RESPONSES, part.extra),
      call_id: wireCallId(part.callId),
      ...toolReference(part.name),
      input: customInput(part.inputJson),
    };
  }
  return {
    type: 'function_call',
    call_id: wireCallId(part.callId),
    ...toolReference(part.name),
    arguments: part.inputJson,
    ...extraFields(OPENAI_RESPONSES, part.extra),
  };
}

function encodeReasoning(part: ThinkingPart): JsonObject {
  const { text, signature, extra } = part;
  const isOwn = extra?.dialect === OPENAI_RESPONSES;
  return jsonObject({
    type: 'reasoning',
    ...extraFields(OPENAI_RESPONSES, extra),
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    encrypted_content: isOwn ? filledText(signature) : foreignContent(part),
  });
}

/**
 * The form of an item in the input. A message with a list of contents requires the id that it had as an answer,
 * so one with a plain text has the text itself. Others have no `logprobs`.
 */
function inputForm(item: JsonObject): JsonObject {
  const content = listOf(item['content']);
  if (item['type'] !== 'message' || content === undefined) return item;
  const text = onlyText(content);
  if (text !== undefined) return { ...item, content: text };
  const parts = content.map((part) => otherFields(objectOf(part) ?? {}, LOGPROBS));
  return { ...item, content: parts };
}

/** The text, if it is the only content and has nothing besides. */
function onlyText([only, ...more]: readonly JsonValue[]): string | undefined {
  const { type, text, annotations, logprobs, ...rest } = objectOf(only) ?? {};
  const isPlain =
    more.length === 0 &&
    type === 'output_text' &&
    Object.keys(rest).length === 0 &&
    [annotations, logprobs].every((list) => (listOf(list) ?? []).length === 0);
  return isPlain ? textOf(text) : undefined;
}

const LOGPROBS = new Set(['logprobs']);
