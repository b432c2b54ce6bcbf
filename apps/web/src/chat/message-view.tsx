import type { Message, Part } from '@postern/protocol';
import { memo, useState, type ReactElement } from 'react';
import { Markdown } from '../markdown/markdown.tsx';
import { DemoBadge } from '../models/demo-badge.tsx';
import { useModelName } from '../models/use-model.ts';
import { useSelected, useStore } from '../state/store.ts';
import { AnswerEnd } from './answer-end.tsx';
import type { OpenChat } from './chat.ts';
import { EditQuestion } from './edit-question.tsx';
import { MessageActions } from './message-actions.tsx';
import { PartView } from './part-view.tsx';
import type { PathStep } from './tree.ts';

/** One message of the way that is shown. */
export const MessageView = memo(function MessageView(props: {
  readonly open: OpenChat;
  readonly step: PathStep;
  /** Its answer is coming in right now. */
  readonly running: boolean;
  readonly marked: boolean;
}): ReactElement {
  const { open, step, running, marked } = props;
  const { message } = step;
  const isQuestion = message.role === 'user' && message.parts.some(isWritten);
  return (
    <article
      id={`message-${message.id}`}
      className="message"
      data-role={isQuestion ? 'question' : message.role}
      data-marked={marked}
      aria-label={ROLE_WORDS[message.role]}
    >
      {running && <LiveAnswer open={open} message={message} />}
      {!running && message.role === 'assistant' && <FinishedAnswer open={open} step={step} />}
      {!running && message.role === 'user' && <Question open={open} step={step} />}
      {!running && message.role === 'system' && (
        <details className="system-note">
          <summary>System prompt</summary>
          <Parts parts={message.parts} />
        </details>
      )}
    </article>
  );
});

const ROLE_WORDS = { user: 'You', assistant: 'Answer', system: 'System prompt' } as const;

function isWritten({ kind }: Part): boolean {
  return kind === 'text' || kind === 'image' || kind === 'file';
}

/** A question that is on its way to the process. */
export function AskedQuestion({ text }: { readonly text: string }): ReactElement {
  return (
    <article className="message" data-role="question" aria-label="You">
      <div className="bubble">
        <Markdown text={text} />
      </div>
    </article>
  );
}

/** Stands where an answer will begin. */
export function Waiting(): ReactElement {
  return (
    <div className="waiting" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  );
}

function Question(props: { readonly open: OpenChat; readonly step: PathStep }): ReactElement {
  const { open, step } = props;
  const [editing, setEditing] = useState(false);
  if (editing) {
    return (
      <EditQuestion
        open={open}
        message={step.message}
        onDone={() => {
          setEditing(false);
        }}
      />
    );
  }
  return (
    <>
      <div className="bubble">
        <Parts parts={step.message.parts} />
      </div>
      <MessageActions
        open={open}
        step={step}
        onEdit={() => {
          setEditing(true);
        }}
      />
    </>
  );
}

function FinishedAnswer(props: { readonly open: OpenChat; readonly step: PathStep }): ReactElement {
  const { open, step } = props;
  const { message } = step;
  const growing = message.status === 'streaming';
  return (
    <>
      <AnswerHead message={message} />
      <Parts parts={message.parts} growing={growing} />
      {growing && <Waiting />}
      <AnswerEnd open={open} message={message} />
      <MessageActions open={open} step={step} />
    </>
  );
}

function LiveAnswer(props: { readonly open: OpenChat; readonly message: Message }): ReactElement {
  const { open, message } = props;
  const { parts } = useStore(open.live);
  const stopping = useSelected(open.chat, ({ run }) => run?.at === 'answering' && run.stopping);
  const last = parts.at(-1);
  const silent = last === undefined || (last.kind !== 'text' && last.kind !== 'thinking');
  return (
    <>
      <AnswerHead message={message} />
      <Parts parts={parts} growing />
      {silent && !stopping && <Waiting />}
      {stopping && <p className="quiet">Stopping…</p>}
    </>
  );
}

function AnswerHead({ message }: { readonly message: Message }): ReactElement {
  const { name, demo } = useModelName(message);
  return (
    <header className="answer-head">
      <span>{name}</span>
      {demo && <DemoBadge />}
    </header>
  );
}

function Parts(props: {
  readonly parts: readonly Part[];
  readonly growing?: boolean;
}): ReactElement {
  const { parts, growing = false } = props;
  return (
    <>
      {parts.map((part, index) => (
        // Parts are numbered in the order in which they start and never move.
        <PartView key={index} part={part} growing={growing && index === parts.length - 1} />
      ))}
    </>
  );
}
