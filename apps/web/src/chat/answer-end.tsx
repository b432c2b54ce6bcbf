import type { AnswerFailure, Message, StopReason } from '@postern/protocol';
import type { ReactElement, ReactNode } from 'react';
import { problemFromFailure, toPageText } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { createLater, useLater } from '../state/later.ts';
import type { OpenChat } from './chat.ts';
import { useRetry } from './use-retry.ts';

const errorTable = createLater(async () => await import('../api/error-table.ts'));

/** Explains an answer that failed, stopped or ended early. */
export function AnswerEnd(props: {
  readonly open: OpenChat;
  readonly message: Message;
}): ReactElement | null {
  const { open, message } = props;
  const retry = useRetry(open, message);
  const actions = retry !== undefined && <Button onClick={retry}>Retry</Button>;
  if (message.status === 'failed' && message.failure !== undefined) {
    return <Failure failure={message.failure} actions={actions} />;
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

function Failure(props: {
  readonly failure: AnswerFailure;
  readonly actions: ReactNode;
}): ReactElement {
  const { failure, actions } = props;
  const remedy = useLater(errorTable, true)?.remedyOf(failure.code);
  const problem = problemFromFailure(failure, remedy);
  return <ProblemNotice problem={problem} actions={actions} announced={false} />;
}

const STOP_MESSAGES: Readonly<Partial<Record<StopReason, string>>> = {
  'max-tokens': 'The answer reached the length limit.',
  refusal: 'The model declined to continue.',
  'context-full': 'This chat is too long for the model. Start a new chat or choose another model.',
  pause: 'The model paused. Send a message to continue.',
};
