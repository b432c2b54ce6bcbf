import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Extra, FilePart, ImagePart, Part, ServerQuirks, TextPart } from '@postern/protocol';
import {
  extraFields,
  extraFor,
  otherFields,
  filledText,
  listOf,
  objectOf,
  textOf,
} from '../json/read-json.ts';
import { jsonObject } from '../json/read-json.ts';
import { decodeBase64Text } from '../media/base64-text.ts';
import { dataUrl, sourceOfUrl } from '../media/data-url.ts';
import { cacheMark } from '../prompt-cache/cache-mark.ts';
import type { Report } from '../report.ts';
import { OPENAI_CHAT } from './limits.ts';

/** Where a content is encoded, and for which server. */
export interface ContentPlace {
  readonly path: string;
  readonly quirks: ServerQuirks;
  readonly report: Report;
}

/** The content of a user or system message: a string if it is one text, otherwise a list of parts. */
export function encodeContent(parts: readonly Part[], place: ContentPlace): JsonValue {
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'text' && isPlain(only, place)) return only.text;
  return parts.flatMap((part) => encodePart(part, place) ?? []);
}

function isPlain({ extra }: TextPart, place: ContentPlace): boolean {
  return extra?.dialect !== OPENAI_CHAT && markFor(extra, place).cache_control === undefined;
}

/** The cache mark of a part, for servers that have it. */
function markFor(extra: Extra | undefined, { quirks }: ContentPlace): ReturnType<typeof cacheMark> {
  return quirks.takesCacheMarks === true ? cacheMark(extra) : {};
}

function encodePart(part: Part, place: ContentPlace): JsonObject | undefined {
  switch (part.kind) {
    case 'text':
      return {
        type: 'text',
        text: part.text,
        ...markFor(part.extra, place),
        ...extraFields(OPENAI_CHAT, part.extra),
      };
    case 'image':
      return encodeImage(part, place);
    case 'file':
      return encodeFile(part, place);
    case 'opaque':
      return objectOf(part.value);
    default:
      return undefined;
  }
}

function encodeImage({ source, extra }: ImagePart, place: ContentPlace): JsonObject {
  const { path, quirks, report } = place;
  const { detail, ...rest } = extraFields(OPENAI_CHAT, extra);
  if (source.kind === 'provider-file') {
    const message = "an image stored at another provider can't be sent to this one";
    report({ reason: 'unsupported', path, message });
    return {};
  }
  if (source.kind === 'url' && quirks.refusesImageUrls === true) {
    const message = 'this provider accepts images only as bytes, not by address';
    report({ reason: 'unsupported', path, message });
  }
  const url = source.kind === 'url' ? source.url : dataUrl(source.mediaType, source.data);
  return {
    type: 'image_url',
    image_url: jsonObject({ url, detail }),
    ...markFor(extra, place),
    ...rest,
  };
}

/** Encodes a PDF as a file, and textual files as text after their name. */
function encodeFile(part: FilePart, { path, report }: ContentPlace): JsonObject {
  const { source, name } = part;
  const rest = extraFields(OPENAI_CHAT, part.extra);
  if (source.kind === 'provider-file' && source.fileId.startsWith('file-')) {
    return {
      type: 'file',
      file: jsonObject({ file_id: source.fileId, filename: name }),
      ...rest,
    };
  }
  if (source.kind !== 'base64') {
    const message = 'a file must be given as bytes';
    report({ reason: 'unsupported', path, message });
    return {};
  }
  if (source.mediaType === 'application/pdf') {
    const file = {
      filename: name ?? 'document.pdf',
      file_data: dataUrl(source.mediaType, source.data),
    };
    return { type: 'file', file, ...rest };
  }
  const text = decodeBase64Text(source.data);
  if (text === undefined) {
    report({ reason: 'unsupported', path, message: 'a file must be a PDF or UTF-8 text' });
  }
  return { type: 'text', text: `${name === undefined ? '' : `${name}\n\n`}${text ?? ''}` };
}

/** The parts of a user or system message. */
export function decodeContent(content: JsonValue | undefined): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return (listOf(content) ?? []).map((value) => {
    const part = objectOf(value) ?? {};
    return decodePart(part) ?? { kind: 'opaque', dialect: OPENAI_CHAT, value };
  });
}

function decodePart(part: JsonObject): Part | undefined {
  switch (part['type']) {
    case 'text':
      return decodeText(part);
    case 'image_url':
      return decodeImage(part);
    case 'file':
      return decodeFile(part);
    default:
      return undefined;
  }
}

const TEXT_FIELDS = new Set(['type', 'text']);
const IMAGE_FIELDS = new Set(['type', 'image_url']);
const FILE_FIELDS = new Set(['type', 'file']);
const URL_FIELD = new Set(['url']);

function decodeText(part: JsonObject): TextPart | undefined {
  const text = textOf(part['text']);
  if (text === undefined) return undefined;
  return { kind: 'text', text, ...extraFor(OPENAI_CHAT, otherFields(part, TEXT_FIELDS)) };
}

function decodeImage(part: JsonObject): ImagePart | undefined {
  const image = objectOf(part['image_url']) ?? { url: part['image_url'] ?? null };
  const url = filledText(image['url']);
  if (url === undefined) return undefined;
  const rest = { ...otherFields(part, IMAGE_FIELDS), ...otherFields(image, URL_FIELD) };
  return { kind: 'image', source: sourceOfUrl(url), ...extraFor(OPENAI_CHAT, rest) };
}

function decodeFile(part: JsonObject): FilePart | undefined {
  const file = objectOf(part['file']);
  const fileId = filledText(file?.['file_id']);
  const data = filledText(file?.['file_data']);
  const name = filledText(file?.['filename']);
  const named = name === undefined ? {} : { name };
  const extra = extraFor(OPENAI_CHAT, otherFields(part, FILE_FIELDS));
  if (fileId !== undefined) {
    return { kind: 'file', source: { kind: 'provider-file', fileId }, ...named, ...extra };
  }
  return data === undefined
    ? undefined
    : { kind: 'file', source: sourceOfUrl(data), ...named, ...extra };
}
