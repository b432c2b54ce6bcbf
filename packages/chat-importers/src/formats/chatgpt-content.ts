import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import { listOf, numberOf, objectOf, objectsOf, textOf } from '../fields.ts';
import type { NoteCounts } from '../note-counts.ts';
import { missingFile, missingImage, textPart, thinkingPart, unknownPart } from './text-parts.ts';

/** A message of ChatGPT's export while its content is read. */
export interface ChatGptMessage {
  readonly content: JsonObject;
  readonly metadata: JsonObject;
  readonly notes: NoteCounts;
}

type Read = (message: ChatGptMessage) => readonly Part[];

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
export function contentParts(message: ChatGptMessage): readonly Part[] {
  const { content, metadata, notes } = message;
  const read = CONTENT_TYPES.get(textOf(content['content_type']) ?? '');
  const parts =
    read === undefined
      ? Object.keys(content).length === 0
        ? []
        : [unknownPart(content, notes)]
      : read(message);
  const files = objectsOf(metadata['attachments']).flatMap((file) => {
    const name = textOf(file['name']);
    // An image has its own place in the content.
    const isImage = textOf(file['mime_type'] ?? file['mimeType'])?.startsWith('image/') === true;
    return name === undefined || isImage ? [] : [missingFile(name, notes)];
  });
  return [...files, ...withSources(parts, metadata)];
}

function multimodal({ content, notes }: ChatGptMessage): readonly Part[] {
  return listOf(content['parts']).flatMap((part): readonly Part[] => {
    if (typeof part === 'string') return textPart(withoutMarks(part));
    const object = objectOf(part);
    switch (textOf(object['content_type'])) {
      case 'image_asset_pointer':
        return [missingImage(describeImage(object), notes)];
      case 'audio_transcription':
        return textPart(textOf(object['text']));
      case 'audio_asset_pointer':
      case 'video_container_asset_pointer':
      case 'real_time_user_audio_video_asset_pointer':
        return [missingFile(textOf(object['asset_pointer']) ?? 'recording', notes)];
      default:
        return [unknownPart(part, notes)];
    }
  });
}

function describeImage(image: JsonObject): string {
  const pointer = textOf(image['asset_pointer'])?.replace(/^[\w-]+:\/\//, '') ?? 'no name';
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
function withSources(parts: readonly Part[], metadata: JsonObject): readonly Part[] {
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
