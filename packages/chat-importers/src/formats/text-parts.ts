import type { JsonValue } from '@postern/kernel';
import type { Part } from '@postern/protocol';
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
