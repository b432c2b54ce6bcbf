import type { RootContent } from 'mdast';
import { parseMarkdown } from './grammar.ts';

/** A markdown text split into top-level blocks, so that finished ones render only once. */
interface SplitText {
  /** The source of each block; concatenated they are the text. */
  readonly blocks: readonly string[];
  /** All link definitions of the text, for blocks that refer to them. */
  readonly definitions: string;
}

export interface BlockSplitter {
  /** Splits a text. A text that only grew since the last call costs only its last block. */
  split(text: string): SplitText;
}

const EMPTY: Progress = {
  text: '',
  done: [],
  doneLength: 0,
  checkedLength: 0,
  definitions: '',
  whole: false,
};

interface Progress {
  readonly text: string;
  /** Blocks that later text cannot change. */
  readonly done: readonly string[];
  readonly doneLength: number;
  /** Up to here, whole lines can't finish another block. */
  readonly checkedLength: number;
  readonly definitions: string;
  /** A text with footnotes stays one block. */
  readonly whole: boolean;
}

/** @param parse Parses a text. Default: as it is shown. */
export function createBlockSplitter(parse = parseMarkdown): BlockSplitter {
  let progress = EMPTY;
  return {
    split(text) {
      const grew = text.startsWith(progress.text.slice(0, progress.doneLength));
      progress = advance(grew ? progress : EMPTY, text, parse);
      const { done, doneLength, definitions, whole } = progress;
      if (whole) return { blocks: [text], definitions: '' };
      const tail = text.slice(doneLength);
      return { blocks: tail === '' ? done : [...done, tail], definitions };
    },
  };
}

/** Finishes all blocks of complete lines except the last, which may continue. */
function advance(progress: Progress, text: string, parse: typeof parseMarkdown): Progress {
  const checked = checkLines(progress.checkedLength, text);
  if (progress.whole || !checked.isWorthParsing) {
    return { ...progress, text, checkedLength: checked.length };
  }
  const lines = text.slice(progress.doneLength, text.lastIndexOf('\n') + 1);
  const nodes = parse(lines).children;
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
    // An indented block starts at the beginning of its line.
    const end = lines.lastIndexOf('\n', to - 1) + 1;
    const source = lines.slice(from, end);
    if (node.type === 'definition') pending += `\n\n${sourceOf(node, lines)}`;
    // Without a blank line between them, two blocks may still merge.
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
    checkedLength: checked.length,
    definitions,
    whole: false,
  };
}

/**
 * Whether the whole lines from a position on may finish a block: a blank line with another line after it does,
 * and a footnote may. Also returns how far the next check doesn't have to look again.
 */
function checkLines(
  from: number,
  text: string,
): { readonly isWorthParsing: boolean; readonly length: number } {
  const end = text.lastIndexOf('\n') + 1;
  const added = text.slice(from, end);
  const blank = added.search(/^[ \t]*\n/m);
  const written = added.trimEnd().length;
  const isFinished = blank !== -1 && blank < written;
  // Blank lines at the end count again when a line follows them.
  const length = written === 0 ? from : text.indexOf('\n', from + written) + 1;
  return { isWorthParsing: isFinished || added.includes('[^'), length };
}

function sourceOf(node: RootContent, text: string): string {
  return text.slice(node.position?.start.offset ?? 0, node.position?.end.offset);
}
