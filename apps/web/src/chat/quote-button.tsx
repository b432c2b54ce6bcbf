import { t } from '@lingui/core/macro';
import { TextQuote } from 'lucide-react';
import { useEffect, useState, type ReactElement, type RefObject } from 'react';
import { Button } from '../controls/button.tsx';
import { insertQuote } from './compose-requests.ts';

interface Selected {
  readonly text: string;
  /** Of the button, in the viewport. */
  readonly left: number;
  readonly top: number;
}

const WIDTH = 96;
const HEIGHT = 40;

/** A button beside a text that is selected in a message, which puts it into the composer as a quote. */
export function QuoteButton({
  messages,
}: {
  readonly messages: RefObject<HTMLElement | null>;
}): ReactElement | null {
  const [selected, setSelected] = useState<Selected>();
  useEffect(() => {
    const update = (): void => {
      setSelected(selectedIn(messages.current));
    };
    const hide = (): void => {
      setSelected(undefined);
    };
    const box = messages.current;
    document.addEventListener('selectionchange', update);
    box?.addEventListener('scroll', hide, { passive: true });
    return () => {
      document.removeEventListener('selectionchange', update);
      box?.removeEventListener('scroll', hide);
    };
  }, [messages]);
  if (selected === undefined) return null;
  const { text, left, top } = selected;
  return (
    <Button
      className="quote-selection"
      style={{ left, top }}
      // Pressing a button would end the selection first.
      onPointerDown={(event) => {
        event.preventDefault();
      }}
      onClick={() => {
        setSelected(undefined);
        document.getSelection()?.removeAllRanges();
        insertQuote(text);
      }}
    >
      <TextQuote aria-hidden="true" size={15} />
      {t`Quote`}
    </Button>
  );
}

/** The selection, if it is within one message. */
function selectedIn(box: HTMLElement | null): Selected | undefined {
  const selection = document.getSelection();
  if (box === null || selection === null || selection.isCollapsed || selection.rangeCount === 0) {
    return undefined;
  }
  const range = selection.getRangeAt(0);
  const within = range.commonAncestorContainer;
  const element = within instanceof Element ? within : within.parentElement;
  if (element === null || !box.contains(element)) return undefined;
  if (element.closest('.message') === null || element.closest('textarea, button') !== null) {
    return undefined;
  }
  const text = selection.toString().trim();
  if (text === '') return undefined;
  const { left, top, bottom } = range.getBoundingClientRect();
  const above = top - HEIGHT;
  return {
    text,
    left: Math.max(8, Math.min(left, window.innerWidth - WIDTH - 8)),
    top: above > 8 ? above : Math.min(bottom + 8, window.innerHeight - HEIGHT),
  };
}
