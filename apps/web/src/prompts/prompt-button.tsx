import { t } from '@lingui/core/macro';
import { SquareSlash } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { createPortal } from 'react-dom';
import { IconButton } from '../controls/button.tsx';
import { useOpener } from '../state/openers.ts';
import { PromptDialog } from './prompt-dialog.tsx';
import type { PromptTarget } from './prompt-target.ts';

/** Opens the list of prompts. */
export function PromptButton(target: PromptTarget): ReactElement {
  const [open, setOpen] = useState(false);
  useOpener('prompts', () => {
    setOpen(true);
  });
  return (
    <>
      <IconButton
        label={t`Prompts`}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setOpen(true);
        }}
      >
        <SquareSlash aria-hidden="true" size={17} />
      </IconButton>
      {open &&
        // Outside the form of the message, whose styles are for its own field.
        createPortal(
          <PromptDialog
            {...target}
            onClose={() => {
              setOpen(false);
            }}
          />,
          document.body,
        )}
    </>
  );
}
