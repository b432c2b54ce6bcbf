import { useState, type ReactElement } from 'react';

const SHOWN_MS = 1600;

/** A button of words that copies a text, which is made when it is pressed. */
export function CopyTextButton(props: {
  readonly label: string;
  readonly text: () => string;
}): ReactElement {
  const [outcome, setOutcome] = useState<'Copied' | 'Couldn’t copy'>();
  const show = (next: 'Copied' | 'Couldn’t copy'): void => {
    setOutcome(next);
    setTimeout(() => {
      setOutcome(undefined);
    }, SHOWN_MS);
  };
  const copy = (): void => {
    navigator.clipboard.writeText(props.text()).then(
      () => {
        show('Copied');
      },
      () => {
        show('Couldn’t copy');
      },
    );
  };
  return (
    <button type="button" className="text-button" onClick={copy}>
      {outcome ?? props.label}
    </button>
  );
}
