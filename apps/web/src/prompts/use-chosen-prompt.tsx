import type { Prompt } from '@postern/protocol';
import { useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { PromptForm } from './prompt-form.tsx';
import { variablesIn } from './prompt-variables.ts';

/** Inserts the text of a prompt, after asking for its variables if it has some. */
export function useChosenPrompt(onInsert: (text: string) => void): {
  readonly choose: (prompt: Prompt) => void;
  readonly form: ReactNode;
} {
  const [asked, setAsked] = useState<Prompt>();
  return {
    choose: (prompt) => {
      if (variablesIn(prompt.text).length === 0) onInsert(prompt.text);
      else setAsked(prompt);
    },
    form:
      asked === undefined
        ? null
        : // Outside the form of the message, whose styles are for its own field.
          createPortal(
            <PromptForm
              prompt={asked}
              onInsert={onInsert}
              onClose={() => {
                setAsked(undefined);
              }}
            />,
            document.body,
          ),
  };
}

/** Focuses the message field with the caret at its end, when it has its new text. */
export function focusAtEnd(area: HTMLTextAreaElement | null): void {
  window.requestAnimationFrame(() => {
    if (area === null) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    area.scrollTop = area.scrollHeight;
  });
}
