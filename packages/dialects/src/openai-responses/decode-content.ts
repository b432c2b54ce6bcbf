import type { JsonObject, JsonValue } from '@postern/kernel';
import type {
  FilePart,
  ImagePart,
  MediaSource,
  OpaquePart,
  Part,
  TextPart,
} from '@postern/protocol';
import { extraFor, otherFields, filledText, listOf, objectOf, textOf } from '../json/read-json.ts';
import { sourceOfUrl } from '../media/data-url.ts';
import { OPENAI_RESPONSES } from './limits.ts';

type ContentPart = TextPart | ImagePart | FilePart | OpaquePart;

const TEXT_FIELDS = new Set(['type', 'text']);
const IMAGE_FIELDS = new Set(['type', 'image_url', 'file_id']);
const FILE_FIELDS = new Set(['type', 'file_data', 'file_id', 'file_url', 'filename']);

/** Decodes the content of a user message or tool result: a string, or a list of `input_…` parts. */
export function decodeContent(content: JsonValue | undefined): readonly ContentPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return (listOf(content) ?? []).map(
    (value) =>
      decodePart(objectOf(value) ?? {}) ?? { kind: 'opaque', dialect: OPENAI_RESPONSES, value },
  );
}

function decodePart(part: JsonObject): ContentPart | undefined {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return decodeText(part);
    case 'input_image':
      return decodeImage(part);
    case 'input_file':
      return decodeFile(part);
    default:
      return undefined;
  }
}

function decodeText(part: JsonObject): TextPart | undefined {
  const text = textOf(part['text']);
  if (text === undefined) return undefined;
  return { kind: 'text', text, ...extraFor(OPENAI_RESPONSES, otherFields(part, TEXT_FIELDS)) };
}

function decodeImage(part: JsonObject): ImagePart | undefined {
  const source = sourceOf(part, 'image_url');
  if (source === undefined) return undefined;
  // `auto` is the default.
  const known = part['detail'] === 'auto' ? new Set([...IMAGE_FIELDS, 'detail']) : IMAGE_FIELDS;
  const rest = otherFields(part, known);
  return { kind: 'image', source, ...extraFor(OPENAI_RESPONSES, rest) };
}

function decodeFile(part: JsonObject): FilePart | undefined {
  const source = sourceOf(part, 'file_data') ?? sourceOf(part, 'file_url');
  const name = filledText(part['filename']);
  if (source === undefined) return undefined;
  return {
    kind: 'file',
    source,
    ...(name !== undefined && { name }),
    ...extraFor(OPENAI_RESPONSES, otherFields(part, FILE_FIELDS)),
  };
}

function sourceOf(part: JsonObject, key: string): MediaSource | undefined {
  const url = filledText(part[key]);
  if (url !== undefined) return sourceOfUrl(url);
  const fileId = filledText(part['file_id']);
  return fileId === undefined ? undefined : { kind: 'provider-file', fileId };
}

const OUTPUT_FIELDS = new Set(['type', 'text', 'annotations', 'logprobs']);

/** Decodes the content of an assistant message. `rest` are the message's other fields. */
export function decodeOutput(content: JsonValue | undefined, rest: JsonObject): readonly Part[] {
  if (typeof content === 'string') return [outputText({ text: content }, rest)];
  return (listOf(content) ?? []).map((value): Part => {
    const part = objectOf(value) ?? {};
    switch (part['type']) {
      case 'output_text':
      case 'input_text':
        return outputText(part, rest);
      case 'refusal':
        return { kind: 'refusal', text: textOf(part['refusal']) ?? '' };
      default:
        return { kind: 'opaque', dialect: OPENAI_RESPONSES, value };
    }
  });
}

/** Decodes a text of an answer. It keeps its message's fields, because an answer has parts but no messages. */
export function outputText(part: JsonObject, rest: JsonObject): TextPart {
  const annotations = listOf(part['annotations']) ?? [];
  return {
    kind: 'text',
    text: textOf(part['text']) ?? '',
    ...(annotations.length > 0 && { annotations }),
    ...extraFor(OPENAI_RESPONSES, { ...otherFields(part, OUTPUT_FIELDS), ...rest }),
  };
}
