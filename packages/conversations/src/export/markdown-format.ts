import type { ConversationView, Message } from '@postern/protocol';
import type { ExportFormat } from './export-format.ts';
import { shownBranch } from './shown-branch.ts';
import {
  authorOf,
  blocksOf,
  blocksOfSettings,
  linesOf,
  timeText,
  titleText,
  type Block,
} from './readable-message.ts';

/**
 * Headings are ours; everything that was written in a chat is in block quotes. A blank line ends each quote
 * (CommonMark 0.31, 5.1), so whatever a text opens ends with its own quote: a text can't write a heading of
 * another message. Tags and images are neutralized, so that a renderer that allows HTML can't leave the quote
 * early and loads nothing.
 */
export const MARKDOWN_FORMAT: ExportFormat = {
  extension: 'md',
  maxAttachmentBytes: 0,
  mediaType: 'text/markdown; charset=utf-8',
  head: () => '',
  chat,
  tail: '',
};

function* chat(view: ConversationView, index: number): Generator<string> {
  const { conversation } = view;
  const { messages, omitted } = shownBranch(view);
  const begun = `Begun ${timeText(conversation.createdAtMs)}. Chat ${conversation.id}.`;
  const others = omitted === 0 ? '' : ` Messages on other branches, not included: ${omitted}.`;
  yield `${index === 0 ? '' : '\n'}# ${inline(titleText(conversation.title))}\n\n${begun}${others}\n`;
  for (const block of blocksOfSettings(view.settings)) yield blockText(block);
  for (const message of messages) yield messageText(message);
}

function messageText(message: Message): string {
  const heading = `\n## ${inline(authorOf(message))}, ${timeText(message.createdAtMs)}\n`;
  return heading + blocksOf(message).map(blockText).join('');
}

function blockText({ label, text, isCode }: Block): string {
  const labelled = label === undefined ? '' : `\n_${inline(label)}_\n`;
  if (text === '' && !isCode) return labelled;
  const lines = isCode ? fenced(text) : linesOf(neutral(text));
  const quoted = lines.map((line) => (line === '' ? '>' : `> ${line}`)).join('\n');
  return `${labelled}\n${quoted}\n`;
}

/** A fence that is longer than any run of backticks in the text, so that the text can't close it. */
function fenced(text: string): readonly string[] {
  const runs = text.match(/`+/g) ?? [];
  const longest = runs.reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return [fence, ...linesOf(withoutControls(text)), fence];
}

/** Entities, because a backslash before them can't undo them. */
function neutral(text: string): string {
  return withoutControls(text)
    .replace(/<(?=[A-Za-z/!?])/g, '&lt;')
    .replace(/!(?=\[)/g, '&#33;');
}

/**
 * A text on one line in which nothing is Markdown, for a heading or inside of `_`: the marks that begin something
 * within a line (CommonMark 0.31, 6; GFM; maths) are escaped, an entity's `&`, and the `#` that a heading may end with.
 */
function inline(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').replace(/\p{Bidi_Control}/gu, '');
  return line.replace(/[\\`*_[\]<~$]|&(?=#?\w+;)|#(?=#*\s*$)/g, (mark) => `\\${mark}`);
}

function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r\v\f\u0085]/gu, '\ufffd');
}
