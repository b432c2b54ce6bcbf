import type { Message, StopReason } from '@postern/protocol';
import type { ReactElement } from 'react';
import { problemOfAnswer } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import type { OpenChat } from './chat.ts';
import { useRetry } from './use-retry.ts';

/** How an answer ended, where that is not simply well. */
export function AnswerEnd(props: {
  readonly open: OpenChat;
  readonly message: Message;
}): ReactElement | null {
  const { open, message } = props;
  const retry = useRetry(open, message);
  const actions = retry !== undefined && <Button onClick={retry}>Retry</Button>;
  if (message.status === 'failed' && message.failure !== undefined) {
    return <ProblemNotice problem={problemOfAnswer(message.failure)} actions={actions} />;
  }
  if (message.status === 'failed') {
    return <Notice tone="danger" title="The answer failed." actions={actions} />;
  }
  if (message.status === 'interrupted') {
    const stopped = message.failure?.code === 'REQUEST_CANCELLED';
    return (
      <Notice title={stopped ? 'Stopped.' : 'The answer is not complete.'} actions={actions}>
        {!stopped && message.failure !== undefined && <span>{message.failure.message}</span>}
      </Notice>
    );
  }
  const words = message.stopReason === undefined ? undefined : STOP_WORDS[message.stopReason];
  return words === undefined ? null : <Notice title={words} />;
}

const STOP_WORDS: Readonly<Partial<Record<StopReason, string>>> = {
  'max-tokens': 'The answer reached its length limit.',
  refusal: 'The model declined to go on.',
  'context-full': 'The conversation no longer fits into what the model can read.',
  pause: 'The model paused here.',
};
