import { t } from '@lingui/core/macro';
import { useState, type ReactElement } from 'react';
import { CodeBlock } from './code-block.tsx';
import { splitAtFences } from './code-fences.ts';

/** A longer text is collapsed to this many lines or characters. */
const MAX_LINES = 20;
const MAX_LENGTH = 2000;

/**
 * Shows a text exactly as a person typed it, with its line breaks and indentation. Only code between
 * fences gets a block of its own. A long text is collapsed until the reader asks for all of it.
 */
export function TypedText(props: {
  readonly text: string;
  /** Shows all of the text at first if one of these is in the hidden part. */
  readonly words?: readonly string[] | undefined;
}): ReactElement {
  const { text, words = [] } = props;
  const start = startOf(text);
  const [chosen, setAll] = useState<boolean>();
  const all = chosen ?? hasAny(text.slice(start.length - 1), words);
  const long = start.length < text.length;
  return (
    <div className="typed" data-collapsed={long && !all}>
      {splitAtFences(all ? text : start).map((part, index) =>
        part.kind === 'code' ? (
          <CodeBlock key={index} code={part.text} language={part.language} />
        ) : (
          <div key={index} className="typed-lines" dir="auto">
            {part.text}
          </div>
        ),
      )}
      {long && (
        <button
          type="button"
          className="typed-more"
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? t`Show less` : t`Show all`}
        </button>
      )}
    </div>
  );
}

function hasAny(text: string, words: readonly string[]): boolean {
  const folded = text.toLowerCase();
  return words.some((word) => folded.includes(word.toLowerCase()));
}

/** Returns the text up to the limits, or all of it if little would be left out. */
function startOf(text: string): string {
  const lines = text.slice(0, MAX_LENGTH * 2).split('\n');
  const short = lines.slice(0, MAX_LINES).join('\n');
  if (text.length <= MAX_LENGTH * 1.25 && lines.length <= MAX_LINES * 1.25) return text;
  if (short.length <= MAX_LENGTH) return short;
  // Never splits a surrogate pair.
  return `${short.slice(0, MAX_LENGTH).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
