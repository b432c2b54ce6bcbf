import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import type { FoundPart } from '../found-chat.ts';
import { listOf, numberOf, objectOf, objectsOf, textOf } from '../fields.ts';
import type { NoteCounts } from '../note-counts.ts';
import {
  archivedFile,
  missingFile,
  missingImage,
  NO_NAME,
  textPart,
  thinkingPart,
  unknownPart,
} from './text-parts.ts';

/** A message of ChatGPT's export while its content is read. */
export interface ChatGptMessage {
  readonly content: JsonObject;
  readonly metadata: JsonObject;
  readonly notes: NoteCounts;
}

type Read = (message: ChatGptMessage) => readonly FoundPart[];

/** The content types of `message.content.content_type`. */
const CONTENT_TYPES: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['text', ({ content }) => textPart(withoutMarks(joined(content['parts'])))],
  ['multimodal_text', multimodal],
  ['code', ({ content }) => textPart(textOf(content['text']))],
  ['execution_output', ({ content }) => textPart(textOf(content['text']))],
  ['computer_output', (message) => [unknownPart(message.content, message.notes)]],
  ['tether_quote', ({ content }) => textPart(lines(content, ['title', 'url', 'text']))],
  ['sonic_webpage', ({ content }) => textPart(lines(content, ['title', 'url', 'text']))],
  ['tether_browsing_display', ({ content }) => textPart(lines(content, ['summary', 'result']))],
  ['system_error', ({ content }) => textPart(lines(content, ['name', 'text']))],
  ['thoughts', ({ content }) => objectsOf(content['thoughts']).flatMap(thought)],
  ['reasoning_recap', ({ content }) => thinkingPart(textOf(content['content']))],
  [
    'user_editable_context',
    ({ content }) => textPart(lines(content, ['user_profile', 'user_instructions'])),
  ],
  ['model_editable_context', ({ content }) => textPart(textOf(content['model_set_context']))],
]);

/** The parts of a message. A type that is not known, also a new one, is kept as JSON. */
export function contentParts(message: ChatGptMessage): readonly FoundPart[] {
  const { content, metadata, notes } = message;
  const read = CONTENT_TYPES.get(textOf(content['content_type']) ?? '');
  const parts =
    read === undefined
      ? Object.keys(content).length === 0
        ? []
        : [unknownPart(content, notes)]
      : read(message);
  const files = objectsOf(metadata['attachments']).flatMap((file): readonly FoundPart[] => {
    const name = textOf(file['name']);
    // An image has its own place in the content.
    const isImage = textOf(file['mime_type'] ?? file['mimeType'])?.startsWith('image/') === true;
    const id = textOf(file['id']);
    if (name === undefined || isImage) return [];
    if (id === undefined) return [missingFile(name, notes)];
    return [archivedFile(id, { isImage: false, name, description: name })];
  });
  return [...files, ...withSources(parts, metadata)];
}

function multimodal({ content, metadata, notes }: ChatGptMessage): readonly FoundPart[] {
  return listOf(content['parts']).flatMap((part): readonly FoundPart[] => {
    if (typeof part === 'string') return textPart(withoutMarks(part));
    const object = objectOf(part);
    switch (textOf(object['content_type'])) {
      case 'image_asset_pointer':
        return [image(object, metadata, notes)];
      case 'audio_transcription':
        return textPart(textOf(object['text']));
      case 'audio_asset_pointer':
      case 'video_container_asset_pointer':
      case 'real_time_user_audio_video_asset_pointer':
        return [missingFile(idIn(textOf(object['asset_pointer'])) ?? 'recording', notes)];
      default:
        return [unknownPart(part, notes)];
    }
  });
}

/** `sediment://file_…` or `file-service://file-…`; the archive has a file whose name begins with that id. */
function idIn(pointer: string | undefined): string | undefined {
  return pointer?.replace(/^[\w-]+:\/\//, '').split(/[?#]/)[0];
}

function image(object: JsonObject, metadata: JsonObject, notes: NoteCounts): FoundPart {
  const id = idIn(textOf(object['asset_pointer']));
  const description = describeImage(object);
  if (id === undefined) return missingImage(description, notes);
  const attached = objectsOf(metadata['attachments']).find((file) => file['id'] === id);
  const name = textOf(attached?.['name']) ?? id;
  return archivedFile(id, { isImage: true, name, description });
}

function describeImage(image: JsonObject): string {
  const pointer = idIn(textOf(image['asset_pointer'])) ?? NO_NAME;
  const [width, height] = [numberOf(image['width']), numberOf(image['height'])];
  const size = width === undefined || height === undefined ? '' : `, ${width} × ${height}`;
  const prompt = textOf(objectOf(objectOf(image['metadata'])['dalle'])['prompt']);
  return `${pointer}${size}${prompt === undefined ? '' : `, generated from: ${prompt}`}`;
}

function thought(each: JsonObject): readonly Part[] {
  return thinkingPart(lines(each, ['summary', 'content']));
}

function lines(object: JsonObject, names: readonly string[]): string {
  return names.flatMap((name) => textOf(object[name]) ?? []).join('\n\n');
}

function joined(parts: JsonValue | undefined): string {
  return listOf(parts)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join('\n');
}

/**
 * Removes the marks that ChatGPT replaces with links while it shows a text, between the private characters U+E200
 * and U+E201. The sources themselves are in the metadata.
 */
function withoutMarks(text: string): string {
  return text.replace(/\ue200[^\ue200\ue201]{0,2000}\ue201/g, '');
}

/** The sources that a text cites, in the form in which the chat shows sources. */
function withSources(parts: readonly FoundPart[], metadata: JsonObject): readonly FoundPart[] {
  const annotations = [
    ...objectsOf(metadata['citations']).map((each) => objectOf(each['metadata'])),
    ...objectsOf(metadata['content_references']).flatMap((each) => [
      each,
      ...objectsOf(each['items']),
      ...objectsOf(each['sources']),
    ]),
  ].flatMap(({ url, title }) => {
    const [address, name] = [textOf(url), textOf(title)];
    return address === undefined
      ? []
      : [{ type: 'url_citation', url: address, title: name ?? address }];
  });
  const last = parts.findLastIndex(({ kind }) => kind === 'text');
  if (annotations.length === 0 || last === -1) return parts;
  return parts.map((part, index) =>
    index === last && part.kind === 'text' ? { ...part, annotations } : part,
  );
}
