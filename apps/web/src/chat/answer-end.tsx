import type { Message, StopReason } from '@postern/protocol';
import type { ReactElement } from 'react';
import { problemFromFailure, toPageText } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import type { OpenChat } from './chat.ts';
import { useRetry } from './use-retry.ts';

/** Explains an answer that failed, stopped or ended early. */
export function AnswerEnd(props: {
  readonly open: OpenChat;
  readonly message: Message;
}): ReactElement | null {
  const { open, message } = props;
  const retry = useRetry(open, message);
  const actions = retry !== undefined && <Button onClick={retry}>Retry</Button>;
  if (message.status === 'failed' && message.failure !== undefined) {
    const problem = problemFromFailure(message.failure);
    return <ProblemNotice problem={problem} actions={actions} announced={false} />;
  }
  if (message.status === 'failed') {
    const title = 'Couldn’t get an answer.';
    return <Notice tone="danger" title={title} actions={actions} announced={false} />;
  }
  if (message.status === 'interrupted') {
    const stopped = message.failure?.code === 'REQUEST_CANCELLED';
    return (
      <Notice title={stopped ? 'Stopped.' : 'The answer is incomplete.'} actions={actions}>
        {!stopped && message.failure !== undefined && (
          <span>{toPageText(message.failure.message)}</span>
        )}
      </Notice>
    );
  }
  const title = message.stopReason === undefined ? undefined : STOP_MESSAGES[message.stopReason];
  return title === undefined ? null : <Notice title={title} />;
}

const STOP_MESSAGES: Readonly<Partial<Record<StopReason, string>>> = {
  'max-tokens': 'The answer reached the length limit.',
  refusal: 'The model declined to continue.',
  'context-full': 'This chat is too long for the model. Start a new chat or choose another model.',
  pause: 'The model paused. Send a message to continue.',
};
