import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { Attachment, ConversationId, Message, MessagePart } from '@postern/protocol';
import { memo, type ReactElement } from 'react';
import { attachmentParts } from './attachments/later-attachments.ts';
import { TypedText } from '../markdown/typed-text.tsx';
import { DemoBadge } from '../models/demo-badge.tsx';
import { useModelName } from '../models/use-model.ts';
import { useLater } from '../state/later.ts';
import { createStore, useSelected, useStore } from '../state/store.ts';
import { answersOf, liveAnswer, type OpenChat, type Run } from './chat.ts';
import { useIsEdited } from './edited-message.ts';
import { turnParts } from './later-turns.ts';
import { MessageActions } from './message-actions.tsx';
import { NO_WORDS, soughtWords, wordsFor } from '../conversations/sought-words.ts';
import { i18n } from '../languages/i18n.ts';
import { PartView } from './part-view.tsx';
import type { PathStep } from './tree.ts';

/** One message on the visible path. */
export const MessageView = memo(function MessageView(props: {
  readonly open: OpenChat;
  readonly step: PathStep;
  /** The answer is streaming in now. */
  readonly running: boolean;
  readonly marked: boolean;
}): ReactElement {
  const { open, step, running, marked } = props;
  const { message } = step;
  const look = lookOf(message);
  return (
    <article
      id={`message-${message.id}`}
      className="message"
      data-look={look}
      data-marked={marked}
      aria-label={i18n._(LOOK_LABELS[look])}
    >
      {LOOKS[look]({ open, step, running })}
    </article>
  );
});

type Look = 'question' | 'answer' | 'tool-results' | 'system';

interface MessageProps {
  readonly open: OpenChat;
  readonly step: PathStep;
}

const LOOK_LABELS: Readonly<Record<Look, MessageDescriptor>> = {
  question: msg`You`,
  answer: msg`Answer`,
  'tool-results': msg`Tool results`,
  system: msg`System prompt`,
};

const LOOKS: Readonly<
  Record<Look, (props: MessageProps & { readonly running: boolean }) => ReactElement>
> = {
  question: ({ open, step }) => <Question open={open} step={step} />,
  answer: (props) => <Answer {...props} />,
  'tool-results': ({ step }) => <Parts parts={step.message.parts} />,
  system: ({ step }) => (
    <details className="system-note">
      <summary>{t`System prompt`}</summary>
      <Parts parts={step.message.parts} typed />
    </details>
  ),
};

/** Dialects send tool results as user messages, though no user wrote them. */
function lookOf({ role, parts }: Message): Look {
  if (role === 'assistant') return 'answer';
  if (role === 'system') return 'system';
  return parts.some(isUserContent) ? 'question' : 'tool-results';
}

function isUserContent({ kind }: MessagePart): boolean {
  return kind === 'text' || kind === 'image' || kind === 'file' || kind === 'attachment';
}

/** A question that the server has not stored yet. */
export function PendingQuestion(props: {
  readonly place: ConversationId;
  readonly run: Extract<Run, { readonly at: 'sending' }>;
}): ReactElement | null {
  const { question, attachments = [] } = props.run;
  if (question === undefined && attachments.length === 0) return null;
  return (
    <article className="message" data-look="question" aria-label={t`You`}>
      <div className="bubble">
        <Files place={props.place} attachments={attachments} />
        {question !== undefined && <TypedText text={question} />}
      </div>
    </article>
  );
}

/** A placeholder for an answer that has not started. */
export function Waiting(): ReactElement {
  return (
    <div className="waiting" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  );
}

function Question({ open, step }: MessageProps): ReactElement {
  const words = wordsFor(useStore(soughtWords), step.message.id);
  const edit = useEdit(open, step.message);
  if (edit !== undefined) return edit;
  return (
    <>
      <div className="bubble">
        <Files place={open.id} attachments={attachmentsIn(step.message)} />
        <Parts parts={step.message.parts.filter(isNoFile)} typed words={words} />
      </div>
      <MessageActions open={open} step={step} />
    </>
  );
}

/** The field that replaces a message while it is edited. */
function useEdit(open: OpenChat, message: Message): ReactElement | undefined {
  const parts = useLater(turnParts, useIsEdited(message.id));
  return parts && <parts.EditMessage open={open} message={message} />;
}

/** Running or finished: one tree, so that the blocks of a long answer aren’t all rendered again at its end. */
function Answer({
  open,
  step,
  running,
}: MessageProps & { readonly running: boolean }): ReactElement {
  const { message } = step;
  const live = useStore(running ? liveAnswer(open, message.id) : NOT_RUNNING);
  const edit = useEdit(open, message);
  if (edit !== undefined && !running) return edit;
  const parts = live?.parts ?? message.parts;
  return (
    <>
      <AnswerHead message={message} />
      <Parts parts={parts.filter(isNoFile)} growing={running || message.status === 'streaming'} />
      <Files place={open.id} attachments={attachmentsIn(message)} />
      {running ? (
        <RunningEnd open={open} message={message} last={parts.at(-1)} />
      ) : (
        <FinishedEnd open={open} step={step} />
      )}
    </>
  );
}

const NOT_RUNNING = createStore(undefined);

function FinishedEnd({ open, step }: MessageProps): ReactElement {
  const { message } = step;
  const later = useLater(turnParts, true);
  return (
    <>
      {message.status === 'streaming' && <Waiting />}
      {later !== undefined && <later.AnswerEnd open={open} message={message} />}
      <MessageActions open={open} step={step} />
    </>
  );
}

function RunningEnd(props: {
  readonly open: OpenChat;
  readonly message: Message;
  /** What it ends in so far. */
  readonly last: MessagePart | undefined;
}): ReactElement {
  const { open, message, last } = props;
  const stopping = useSelected(
    open.chat,
    ({ run }) => answersOf(run).get(message.id)?.stopping === true,
  );
  const later = useLater(turnParts, true);
  const silent = last === undefined || (last.kind !== 'text' && last.kind !== 'thinking');
  return (
    <>
      {silent && !stopping && <Waiting />}
      {later !== undefined && !stopping && <later.StalledAnswer open={open} message={message} />}
      {stopping && <p className="quiet">{t`Stopping…`}</p>}
    </>
  );
}

function AnswerHead({ message }: { readonly message: Message }): ReactElement {
  const { name, demo } = useModelName(message);
  return (
    <header className="answer-head">
      <h2>{name}</h2>
      {demo && <DemoBadge />}
      {message.edited === true && <span>{t`Edited`}</span>}
    </header>
  );
}

/** The files of a question, which are above its text, or of an imported answer. */
function Files(props: {
  readonly place: ConversationId;
  readonly attachments: readonly Attachment[];
}): ReactElement | null {
  const parts = useLater(attachmentParts, props.attachments.length > 0);
  return parts === undefined ? null : <parts.MessageFiles {...props} />;
}

function attachmentsIn({ parts }: Message): readonly Attachment[] {
  return parts.filter((part) => part.kind === 'attachment');
}

function isNoFile({ kind }: MessagePart): boolean {
  return kind !== 'attachment';
}

function Parts(props: {
  readonly parts: readonly MessagePart[];
  readonly growing?: boolean;
  readonly typed?: boolean;
  /** The words of the search hit that was opened. */
  readonly words?: readonly string[];
}): ReactElement {
  const { parts, growing = false, typed = false, words = NO_WORDS } = props;
  return (
    <>
      {parts.map((part, index) => (
        // Parts keep their index: they are appended in the order in which they start.
        <PartView
          key={index}
          part={part}
          growing={growing && index === parts.length - 1}
          typed={typed}
          words={words}
        />
      ))}
    </>
  );
}
