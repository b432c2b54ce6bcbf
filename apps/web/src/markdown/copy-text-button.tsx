import { t } from '@lingui/core/macro';
import { useState, type ReactElement } from 'react';

const SHOWN_MS = 1600;

/** A button of words that copies a text, which is made when it is pressed. */
export function CopyTextButton(props: {
  readonly label: string;
  readonly text: () => string;
}): ReactElement {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  const show = (next: 'copied' | 'failed'): void => {
    setOutcome(next);
    setTimeout(() => {
      setOutcome(undefined);
    }, SHOWN_MS);
  };
  const copy = (): void => {
    navigator.clipboard.writeText(props.text()).then(
      () => {
        show('copied');
      },
      () => {
        show('failed');
      },
    );
  };
  const shown = { copied: t`Copied`, failed: t`Couldn’t copy` };
  return (
    <button type="button" className="text-button" onClick={copy}>
      {outcome === undefined ? props.label : shown[outcome]}
    </button>
  );
}
