import { t } from '@lingui/core/macro';
import type { AnswerFailure, Message } from '@postern/protocol';
import { useRef, useState, type ReactElement, type ReactNode } from 'react';
import { errorTexts } from '../api/later-error-texts.ts';
import { problemFromFailure } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { SentText } from '../controls/sent-text.tsx';
import { ModelPicker } from '../models/model-picker.tsx';
import { navigate } from '../navigation/route.ts';
import { useLater } from '../state/later.ts';
import { useSelected } from '../state/store.ts';
import { endingOf, type EndAction } from './answer-ending.ts';
import type { OpenChat } from './chat.ts';
import { editedMessage } from './edited-message.ts';
import { AutomaticRetry, RetryWait, useWaitMs } from './retry-wait.tsx';
import { retryAnswer } from './send.ts';
import { useContinue, useRetry } from './use-retry.ts';

interface AnswerProps {
  readonly open: OpenChat;
  readonly message: Message;
}

/** Explains an answer that failed, stopped or ended early, and offers what helps. */
export function AnswerEnd({ open, message }: AnswerProps): ReactElement | null {
  const ending = endingOf(message);
  const waitMs = useWaitMs(message);
  if (ending === undefined) return null;
  const { title, failure, tone } = ending;
  const wait = waitMs > 0 && <RetryWait message={message} waitMs={waitMs} />;
  const actions = (
    <>
      {ending.actions.map((action) => (
        <Action key={action} open={open} message={message} action={action} />
      ))}
      {waitMs > 0 && <AutomaticRetry open={open} message={message} waitMs={waitMs} />}
    </>
  );
  if (title === undefined && failure !== undefined) {
    return <Failure failure={failure} actions={actions} wait={wait} />;
  }
  return (
    <Notice tone={tone} title={title ?? ''} actions={actions} announced={false}>
      {failure !== undefined && <SentText code={failure.code} message={failure.message} />}
    </Notice>
  );
}

function Failure(props: {
  readonly failure: AnswerFailure;
  readonly actions: ReactNode;
  readonly wait: ReactNode;
}): ReactElement {
  const { failure, actions, wait } = props;
  const remedy = useLater(errorTexts, true)?.remedyOf(failure.code);
  const problem = problemFromFailure(failure, wait === false ? remedy : undefined);
  return (
    <ProblemNotice problem={problem} actions={actions} announced={false}>
      {wait}
    </ProblemNotice>
  );
}

function Action(props: AnswerProps & { readonly action: EndAction }): ReactElement | null {
  const { open, message, action } = props;
  switch (action) {
    case 'again':
      return <TryAgain open={open} message={message} />;
    case 'again-with':
      return <TryAgainWith open={open} message={message} />;
    case 'continue':
      return <Continue open={open} message={message} />;
    case 'key':
      return <KeySettings message={message} />;
    case 'edit-question':
      return <EditOfQuestion message={message} />;
    case 'new-chat':
      return (
        <Button
          onClick={() => {
            navigate({ at: 'new' });
          }}
        >
          {t`New chat`}
        </Button>
      );
  }
}

function TryAgain({ open, message }: AnswerProps): ReactElement | null {
  const retry = useRetry(open, message);
  return retry === undefined ? null : <Button onClick={retry}>{t`Try again`}</Button>;
}

function Continue({ open, message }: AnswerProps): ReactElement | null {
  const goOn = useContinue(open, message);
  if (goOn === undefined) return null;
  return (
    <Button look="primary" onClick={goOn}>
      {t`Continue`}
    </Button>
  );
}

function TryAgainWith({ open, message }: AnswerProps): ReactElement | null {
  const [choosing, setChoosing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const busy = useSelected(open.chat, ({ run }) => run !== undefined);
  if (busy) return null;
  return (
    <>
      <Button
        ref={button}
        aria-haspopup="dialog"
        onClick={() => {
          setChoosing(true);
        }}
      >
        {t`Try again with…`}
      </Button>
      {choosing && (
        <ModelPicker
          anchor={button}
          chosen={undefined}
          onPick={(choice) => {
            setChoosing(false);
            void retryAnswer(open, message, choice);
          }}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

function KeySettings({ message }: { readonly message: Message }): ReactElement | null {
  const { provider } = message;
  if (provider === undefined) return null;
  return (
    <Button
      look="primary"
      onClick={() => {
        navigate({ at: 'settings', section: 'providers', provider });
      }}
    >
      {t`Change key`}
    </Button>
  );
}

function EditOfQuestion({ message }: { readonly message: Message }): ReactElement | null {
  const { parentId } = message;
  if (parentId === null) return null;
  return (
    <Button
      onClick={() => {
        editedMessage.set(parentId);
      }}
    >
      {t`Edit question`}
    </Button>
  );
}
