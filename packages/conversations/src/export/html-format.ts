import type { AttachmentPart, ConversationView, Message } from '@postern/protocol';
import type { ExportFormat, ReadAttachment } from './export-format.ts';
import { shownBranch } from './shown-branch.ts';
import {
  authorOf,
  blocksOf,
  blocksOfSettings,
  timeText,
  titleText,
  type Block,
} from './readable-message.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif; }
body { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { margin: 3rem 0 0; font-size: 1.5rem; line-height: 1.3; overflow-wrap: anywhere; }
h1:first-child { margin-top: 0; }
h2 { margin: 0 0 .5rem; font-size: .9375rem; overflow-wrap: anywhere; }
.about, time { color: light-dark(#57606a, #9aa4af); font-size: .875rem; font-weight: 400; }
article { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid light-dark(#d0d7de, #3d444d); }
.text, pre { margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.label { margin: .75rem 0 0; color: light-dark(#57606a, #9aa4af); font-size: .875rem; overflow-wrap: anywhere; }
img { display: block; max-width: 100%; height: auto; margin: .5rem 0; border-radius: .375rem; }
pre { padding: .75rem; border-radius: .375rem; background: light-dark(#f1f3f5, #22272e); font: .875rem/1.5 ui-monospace, monospace; }
`;

/** SHA-256 of `STYLE`, as base64. */
const STYLE_HASH = 'vrVILyL68IpmMVG0L0J5BiTASIvpFmYCHhCPUYVROSM=';

/** Allows exactly our own style sheet, and images that are in the file: no script, no connection, no form. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A browser keeps every image of a page in memory. */
const MAX_IMAGE_MIB = 100;

const LEFT_OUT = {
  missing: 'This image is no longer stored.',
  'over-limit': `This image is left out, because the images in one web page can have ${MAX_IMAGE_MIB} MB together. An export as JSON contains all files.`,
} as const;

/** One page without script that loads nothing. Texts of chats are only ever text. */
export const HTML_FORMAT: ExportFormat = {
  extension: 'html',
  mediaType: 'text/html; charset=utf-8',
  maxAttachmentBytes: MAX_IMAGE_MIB * 1024 ** 2,
  head: (exportedAtMs) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chats exported from Postern, ${timeText(exportedAtMs)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
`,
  chat,
  tail: '</main>\n</body>\n</html>\n',
};

function* chat(view: ConversationView, _index: number, read: ReadAttachment): Generator<string> {
  const { conversation } = view;
  const { messages, omitted } = shownBranch(view);
  const others = omitted === 0 ? '' : ` Messages on other branches, not included: ${omitted}.`;
  yield `<h1 dir="auto">${escaped(titleText(conversation.title))}</h1>
<p class="about">Begun ${timeText(conversation.createdAtMs)}. Chat ${conversation.id}.${others}</p>
`;
  for (const block of blocksOfSettings(view.settings)) yield blockText(block);
  for (const message of messages) yield* messageTexts(message, read);
}

/** One text for each block, because an image can be large. */
function* messageTexts(message: Message, read: ReadAttachment): Generator<string> {
  const author = `<bdi>${escaped(authorOf(message))}</bdi>`;
  yield `<article>\n<h2>${author} <time>${timeText(message.createdAtMs)}</time></h2>\n`;
  for (const block of blocksOf(message)) {
    yield blockText(block);
    if (block.picture !== undefined) yield pictureText(block.picture, read);
  }
  yield '</article>\n';
}

function pictureText(part: AttachmentPart, read: ReadAttachment): string {
  const data = read(part);
  if (!data.ok) return `<p class="label">${LEFT_OUT[data.failure]}</p>\n`;
  const { name, mediaType, width, height } = part;
  const size =
    width === undefined || height === undefined ? '' : ` width="${width}" height="${height}"`;
  return `<img alt="${escaped(name)}"${size} src="data:${mediaType};base64,${data.value}">\n`;
}

function blockText({ label, text, isCode }: Block): string {
  const labelled = label === undefined ? '' : `<p class="label" dir="auto">${escaped(label)}</p>\n`;
  if (text === '' && !isCode) return labelled;
  // A parser drops a line feed directly after the tag `pre`.
  const shown = isCode
    ? `<pre>\n${escaped(text)}</pre>`
    : `<div class="text" dir="auto">${escaped(text)}</div>`;
  return `${labelled}${shown}\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? '')
    .replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd');
}
