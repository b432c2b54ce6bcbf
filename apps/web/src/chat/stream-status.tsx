import type { ReactElement } from 'react';
import type { Run } from './chat.ts';

/** Tells a screen reader how the answer stands, without reading every word as it comes. */
export function StreamStatus({ run }: { readonly run: Run | undefined }): ReactElement {
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {wordsOf(run)}
    </p>
  );
}

function wordsOf(run: Run | undefined): string {
  if (run === undefined) return '';
  if (run.at === 'asking') return 'Message sent.';
  return run.stopping ? 'Stopping the answer.' : 'The answer is being written.';
}
