import type { Conversation, ConversationId } from '@postern/protocol';
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { useStore } from '../state/store.ts';
import {
  conversationList,
  loadConversations,
  loadMoreConversations,
} from '../conversations/conversation-list.ts';
import { ConversationRow } from './conversation-row.tsx';
import { groupByDay } from './group-by-day.ts';

/** All conversations, grouped by the day of their last use; loads more near the end. */
export function Conversations(props: {
  readonly active: ConversationId | undefined;
  readonly onLeave: () => void;
}): ReactElement {
  const { conversations, status, next } = useStore(conversationList);
  const [openedAtMs] = useState(() => Date.now());
  const groups = useMemo(
    () => groupByDay(conversations, Math.max(openedAtMs, conversations[0]?.updatedAtMs ?? 0)),
    [conversations, openedAtMs],
  );
  const empty = conversations.length === 0;
  const [focused, setFocused] = useState<ConversationId>();
  const tabbable =
    conversations.find(({ id }) => id === focused)?.id ?? tabStop(conversations, props.active);
  return (
    <div className="conversations">
      {groups.map((group) => (
        <section key={group.label} aria-label={group.label}>
          <h2>{group.label}</h2>
          <ul>
            {group.conversations.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                active={conversation.id === props.active}
                tabbable={conversation.id === tabbable}
                onFocus={setFocused}
                onLeave={props.onLeave}
              />
            ))}
          </ul>
        </section>
      ))}
      {empty && status === 'loaded' && (
        <p className="conversations-empty">No chats yet. Send a message to start one.</p>
      )}
      {status === 'loading' && <ListSkeleton whole={empty} />}
      {typeof status === 'object' && (
        <ProblemNotice
          problem={status}
          actions={<Button onClick={() => void loadConversations()}>Try again</Button>}
        />
      )}
      {next !== null && status === 'loaded' && <NextPage key={next} />}
    </div>
  );
}

/** The open conversation, or the first. */
function tabStop(
  conversations: readonly Conversation[],
  active: ConversationId | undefined,
): ConversationId | undefined {
  return (conversations.find(({ id }) => id === active) ?? conversations[0])?.id;
}

function ListSkeleton({ whole }: { readonly whole: boolean }): ReactElement {
  if (!whole) return <Spinner label="Loading more chats…" />;
  return (
    <div className="list-skeleton" role="status" aria-label="Loading chats…">
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}

/** Loads the next page when it comes into view. */
function NextPage(): ReactElement {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (end.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void loadMoreConversations();
      },
      { rootMargin: '400px' },
    );
    observer.observe(end.current);
    return () => {
      observer.disconnect();
    };
  }, []);
  return <div ref={end} className="conversations-end" />;
}
