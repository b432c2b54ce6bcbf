import type { ReactElement } from 'react';
import type { Run } from './chat.ts';

/** Announces the state of the answer to screen readers, without reading every word. */
export function StreamStatus({ run }: { readonly run: Run | undefined }): ReactElement {
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {statusText(run)}
    </p>
  );
}

function statusText(run: Run | undefined): string {
  if (run === undefined) return '';
  if (run.at === 'sending') return 'Message sent.';
  return run.stopping ? 'Stopping…' : 'The model is answering.';
}
