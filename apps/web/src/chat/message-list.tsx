import { t } from '@lingui/core/macro';
import { ArrowDown } from 'lucide-react';
import type { ConversationId, Message, MessageId } from '@postern/protocol';
import { useMemo, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { useLater } from '../state/later.ts';
import { useStore } from '../state/store.ts';
import { answersOf, dismissProblem, type Chat, type OpenChat, type Run } from './chat.ts';
import { openComparison } from './comparison-tree.ts';
import { comparisonParts } from './later-comparison.ts';
import { turnParts } from './later-turns.ts';
import { MessageGroup } from './message-group.tsx';
import { PendingQuestion, Waiting } from './message-view.tsx';
import { StreamStatus } from './stream-status.tsx';
import { useKeptPlace, useReadingPlace } from './reading-place.ts';
import { useFollowing } from './use-following.ts';
import { visiblePath, type PathStep } from './tree.ts';

/** Messages that are mounted and unmounted together. */
const GROUP_SIZE = 6;

/** The visible path through a conversation; follows its end unless the reader scrolls up. */
export function MessageList(props: {
  readonly open: OpenChat;
  readonly target: MessageId | undefined;
}): ReactElement {
  const { open, target } = props;
  const chat = useStore(open.chat);
  const { tree, choices, run } = chat;
  const path = useMemo(() => visiblePath(tree, choices), [tree, choices]);
  const compared = useMemo(() => openComparison(tree, choices, path), [tree, choices, path]);
  const groups = useMemo(
    () => inGroups(compared === undefined ? path : path.slice(0, -1)),
    [path, compared],
  );
  const place = useReadingPlace(open);
  const { scroller, content, room, following, follow } = useFollowing(
    target === undefined && place === undefined,
    run?.at === 'sending',
  );
  useKeptPlace(open, scroller);
  const later = useLater(turnParts, true);
  return (
    <div className="messages-frame">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
      <div className="messages" ref={scroller} tabIndex={0} role="region" aria-label={t`Messages`}>
        <div className="messages-column" ref={content}>
          {chat.loading === 'loading' && <ChatSkeleton />}
          {groups.map((steps, index) => (
            <MessageGroup
              // A path only grows at its end or forks, so a group keeps its index.
              key={index}
              open={open}
              steps={steps}
              running={answersOf(run)}
              target={steps.some(({ message }) => message.id === target) ? target : undefined}
              place={
                target === undefined && steps.some(({ message }) => message.id === place?.message)
                  ? place
                  : undefined
              }
              pinned={index >= groups.length - 2}
              scroller={scroller}
            />
          ))}
          {compared !== undefined && <Compared open={open} answers={compared} />}
          <SentTurn place={open.id} run={run} />
          <TurnProblem open={open} chat={chat} />
        </div>
        <div ref={room} />
      </div>
      {!following && (
        <button type="button" className="to-latest" onClick={follow}>
          <ArrowDown aria-hidden="true" size={15} />
          {t`Show latest`}
        </button>
      )}
      {later !== undefined && <later.QuoteButton messages={scroller} />}
      <StreamStatus run={run} last={path.at(-1)?.message} />
    </div>
  );
}

function Compared(props: {
  readonly open: OpenChat;
  readonly answers: readonly Message[];
}): ReactElement | null {
  const parts = useLater(comparisonParts, true);
  return parts === undefined ? null : <parts.Comparison {...props} />;
}

/** A turn that the server has not answered yet. */
function SentTurn(props: {
  readonly place: ConversationId;
  readonly run: Run | undefined;
}): ReactElement | null {
  const { place, run } = props;
  if (run?.at !== 'sending') return null;
  return (
    <>
      <PendingQuestion place={place} run={run} />
      <Waiting />
    </>
  );
}

function TurnProblem(props: { readonly open: OpenChat; readonly chat: Chat }): ReactElement | null {
  const { open, chat } = props;
  if (chat.problem === undefined) return null;
  return (
    <ProblemNotice
      problem={chat.problem}
      actions={
        <Button
          look="quiet"
          onClick={() => {
            dismissProblem(open);
          }}
        >
          {t`Dismiss`}
        </Button>
      }
    />
  );
}

function ChatSkeleton(): ReactElement {
  return (
    <div className="chat-skeleton">
      <Spinner label={t`Loading…`} />
    </div>
  );
}

function inGroups(path: readonly PathStep[]): readonly (readonly PathStep[])[] {
  const groups: (readonly PathStep[])[] = [];
  for (let at = 0; at < path.length; at += GROUP_SIZE) groups.push(path.slice(at, at + GROUP_SIZE));
  return groups;
}
