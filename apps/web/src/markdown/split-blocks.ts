import type { RootContent } from 'mdast';
import { parseMarkdown } from './grammar.ts';

/** A markdown text in its top-level blocks, so that finished ones need no second rendering. */
interface SplitText {
  /** The source of each block; put together they are the text. */
  readonly blocks: readonly string[];
  /** Link definitions of the whole text, for blocks that may refer to them. */
  readonly definitions: string;
}

export interface BlockSplitter {
  /** Splits a text. One that only grew since the last call costs as much as its last block. */
  split(text: string): SplitText;
}

const EMPTY: Progress = { text: '', done: [], doneLength: 0, definitions: '', whole: false };

interface Progress {
  readonly text: string;
  /** Blocks that no later text can change. */
  readonly done: readonly string[];
  readonly doneLength: number;
  readonly definitions: string;
  /** Footnotes tie blocks together: the text is then one block. */
  readonly whole: boolean;
}

export function createBlockSplitter(): BlockSplitter {
  let progress = EMPTY;
  return {
    split(text) {
      const grew = text.startsWith(progress.text.slice(0, progress.doneLength));
      progress = advance(grew ? progress : EMPTY, text);
      const { done, doneLength, definitions, whole } = progress;
      if (whole) return { blocks: [text], definitions: '' };
      const tail = text.slice(doneLength);
      return { blocks: tail === '' ? done : [...done, tail], definitions };
    },
  };
}

/** Finishes every block of the complete lines but the last one, which may still go on. */
function advance(progress: Progress, text: string): Progress {
  const lines = text.slice(progress.doneLength, text.lastIndexOf('\n') + 1);
  if (progress.whole || lines === '') return { ...progress, text };
  const nodes = parseMarkdown(lines).children;
  if (nodes.some((node) => node.type === 'footnoteDefinition')) {
    return { ...EMPTY, text, whole: true };
  }
  const done = [...progress.done];
  let definitions = progress.definitions;
  let pending = '';
  let from = 0;
  nodes.forEach((node, index) => {
    const next = nodes[index + 1];
    const to = next?.position?.start.offset;
    if (to === undefined) return;
    // An indented block begins at its line's start, not at its first letter.
    const end = lines.lastIndexOf('\n', to - 1) + 1;
    const source = lines.slice(from, end);
    if (node.type === 'definition') pending += `\n\n${sourceOf(node, lines)}`;
    // Without a blank line between them two blocks may yet turn out to be one.
    if (!/\n[ \t]*\n$/.test(source)) return;
    done.push(source);
    definitions += pending;
    pending = '';
    from = end;
  });
  return {
    text,
    done,
    doneLength: progress.doneLength + from,
    definitions,
    whole: false,
  };
}

function sourceOf(node: RootContent, text: string): string {
  return text.slice(node.position?.start.offset ?? 0, node.position?.end.offset);
}
