import type { JsonValue } from '@postern/kernel';
import { attachmentName, type Part } from '@postern/protocol';
import type { FoundFile, FoundPart } from '../found-chat.ts';
import type { NoteCounts } from '../note-counts.ts';

/** A text, or nothing for an empty one. */
export function textPart(text: string | undefined): readonly Part[] {
  return text === undefined || text.trim() === '' ? [] : [{ kind: 'text', text }];
}

export function thinkingPart(text: string | undefined): readonly Part[] {
  return text === undefined || text.trim() === '' ? [] : [{ kind: 'thinking', text }];
}

/** Content of a kind that Postern doesn't know, as JSON, so that it isn't lost. */
export function unknownPart(value: JsonValue, notes: NoteCounts): Part {
  notes.add('content-unknown');
  return { kind: 'text', text: fenced(JSON.stringify(value, null, 2), 'json') };
}

/** The place of an image that isn't in the file. */
export function missingImage(description: string, notes: NoteCounts): Part {
  notes.add('image-left-out');
  return { kind: 'text', text: `[Image: ${oneLine(description)}]` };
}

/** The place of a file that isn't in the export. */
export function missingFile(name: string, notes: NoteCounts): Part {
  notes.add('file-left-out');
  return { kind: 'text', text: `[File: ${oneLine(name)}]` };
}

/** An image or file in the archive of the export. */
export function archivedFile(
  id: string,
  { isImage, name, description }: Pick<FoundFile, 'isImage' | 'name' | 'description'>,
): FoundFile {
  const content = { kind: 'archived', id } as const;
  return { kind: 'found-file', isImage, name: attachmentName(name), description, content };
}

const DATA_URL = /^data:(?:image|application|text)\/([\w.+-]{1,100})[^,]{0,200};base64,/;

/** An image whose bytes are in its address; or the place of one that is elsewhere. */
export function imageAt(url: string | undefined, name: string, notes: NoteCounts): FoundPart {
  return fileIn(url, name, true) ?? missingImage(name, notes);
}

export function fileAt(url: string | undefined, name: string, notes: NoteCounts): FoundPart {
  return fileIn(url, name, false) ?? missingFile(name, notes);
}

function fileIn(url: string | undefined, name: string, isImage: boolean): FoundFile | undefined {
  const start = url === undefined ? null : DATA_URL.exec(url.slice(0, 400));
  if (url === undefined || start === null) return undefined;
  const [prefix, type = ''] = start;
  const content = { kind: 'base64', data: url.slice(prefix.length) } as const;
  const named = name === NO_NAME ? `${isImage ? 'image' : 'file'}.${extensionOf(type)}` : name;
  return { kind: 'found-file', isImage, name: attachmentName(named), description: name, content };
}

/** What is shown for a file without a name. */
export const NO_NAME = 'no name';

function extensionOf(type: string): string {
  return /^[a-z0-9]{1,5}$/.test(type) ? type : 'bin';
}

/** The place of a file that isn't attached. */
export function placeOfFile({ isImage, description }: FoundFile): Part {
  return { kind: 'text', text: `[${isImage ? 'Image' : 'File'}: ${oneLine(description)}]` };
}

/** A code block that the text can't close. */
function fenced(text: string, language = ''): string {
  const runs = text.match(/`+/g) ?? [];
  const longest = runs.reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${/^[\w+#-]{0,40}$/.test(language) ? language : ''}\n${text}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
