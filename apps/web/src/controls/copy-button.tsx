import { t } from '@lingui/core/macro';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactElement } from 'react';

const SHOWN_MS = 1600;

/** Copies a text and confirms briefly. */
export function CopyButton(props: {
  readonly text: string;
  readonly label: string;
  /** Shows the label beside the icon. */
  readonly labelled?: boolean;
  readonly tipAt?: 'above' | 'left';
}): ReactElement {
  const [outcome, setOutcome] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (outcome === 'idle') return undefined;
    const timer = setTimeout(() => {
      setOutcome('idle');
    }, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [outcome]);

  const copy = (): void => {
    navigator.clipboard.writeText(props.text).then(
      () => {
        setOutcome('copied');
      },
      () => {
        setOutcome('failed');
      },
    );
  };
  const shown = { idle: props.label, copied: t`Copied`, failed: t`Couldn’t copy` }[outcome];
  const labelled = props.labelled === true;
  return (
    <button
      type="button"
      className={labelled ? 'button' : 'icon-button'}
      data-outcome={outcome}
      data-tip={labelled ? undefined : shown}
      data-tip-at={props.tipAt ?? 'left'}
      aria-label={labelled ? undefined : shown}
      onClick={copy}
    >
      {outcome === 'copied' ? (
        <Check aria-hidden="true" size={15} />
      ) : (
        <Copy aria-hidden="true" size={15} />
      )}
      {labelled && <span>{shown}</span>}
    </button>
  );
}
