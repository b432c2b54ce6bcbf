import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactElement } from 'react';

const SHOWN_MS = 1600;

/** Copies a text and says so for a moment. */
export function CopyButton(props: {
  readonly text: string;
  readonly label: string;
  /** Also shown as words beside the icon. */
  readonly worded?: boolean;
  readonly tipAt?: 'above' | 'left';
}): ReactElement {
  const [outcome, setOutcome] = useState<'idle' | 'copied' | 'refused'>('idle');
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
        setOutcome('refused');
      },
    );
  };
  const said = { idle: props.label, copied: 'Copied', refused: 'Copying was refused' }[outcome];
  const worded = props.worded === true;
  return (
    <button
      type="button"
      className={worded ? 'button' : 'icon-button'}
      data-outcome={outcome}
      data-tip={worded ? undefined : said}
      data-tip-at={props.tipAt ?? 'left'}
      aria-label={worded ? undefined : said}
      onClick={copy}
    >
      {outcome === 'copied' ? (
        <Check aria-hidden="true" size={15} />
      ) : (
        <Copy aria-hidden="true" size={15} />
      )}
      {worded && <span>{said}</span>}
    </button>
  );
}
