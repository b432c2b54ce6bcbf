import { t } from '@lingui/core/macro';
import type { Message, MessageId } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { models } from '../models/models.ts';
import { modelName } from '../models/use-model.ts';
import { useStore } from '../state/store.ts';
import type { RunningAnswers } from './chat.ts';

/** Announces which answers have ended to screen readers. Those that had ended before aren’t announced. */
export function ComparisonStatus(props: {
  readonly answers: readonly Message[];
  readonly running: RunningAnswers;
}): ReactElement {
  const { answers, running } = props;
  const { groups } = useStore(models);
  const [before, setBefore] = useState(running);
  const [ended, setEnded] = useState<readonly MessageId[]>([]);
  if (running !== before) {
    setBefore(running);
    const now = [...before.keys()].filter((id) => !running.has(id));
    if (now.length > 0) setEnded(now);
  }
  const texts = answers
    .filter(({ id }) => ended.includes(id) && !running.has(id))
    .map((answer) => endText(answer, modelName(groups, answer).name));
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {texts.join(' ')}
    </p>
  );
}

function endText({ status }: Message, name: string): string {
  switch (status) {
    case 'complete':
      return t`${name} has answered.`;
    case 'interrupted':
      return t`The answer of ${name} ended early.`;
    case 'failed':
      return t`The answer of ${name} failed.`;
    case 'streaming':
      return '';
  }
}
