import { t } from '@lingui/core/macro';
import type { Message } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import type { Run } from './chat.ts';

/**
 * Announces the state of the answer to screen readers, without reading every word. `last` is the
 * last message of the chat.
 */
export function StreamStatus(props: {
  readonly run: Run | undefined;
  readonly last: Message | undefined;
}): ReactElement {
  const { run, last } = props;
  const [before, setBefore] = useState(run);
  const [ended, setEnded] = useState(false);
  if (run !== before) {
    setBefore(run);
    // Opening a chat announces nothing; only an answer that was followed has an end.
    setEnded(run === undefined && before?.at === 'answering');
  }
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {run === undefined ? ended && endText(last) : runText(run)}
    </p>
  );
}

function runText(run: Run): string {
  if (run.at === 'sending') return t`Message sent.`;
  const answers = [...run.answers.values()];
  if (answers.every(({ stopping }) => stopping)) return t`Stopping…`;
  return answers.length === 1 ? t`The model is answering.` : t`The models are answering.`;
}

function endText(last: Message | undefined): string {
  if (last?.role !== 'assistant') return '';
  switch (last.status) {
    case 'complete':
      return t`The answer is complete.`;
    case 'interrupted':
      return t`The answer ended early.`;
    case 'failed':
      return t`The answer failed.`;
    case 'streaming':
      return '';
  }
}
