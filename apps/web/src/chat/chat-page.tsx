import { Download, SquarePen } from 'lucide-react';
import type { Conversation, ConversationId, MessageId } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { onPageEvent } from '../conversations/page-events.ts';
import { Button, IconButton } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { navigate, type Route } from '../navigation/route.ts';
import { useLater } from '../state/later.ts';
import { useStore } from '../state/store.ts';
import { useVisible } from '../state/visibility.ts';
import { displayTitle } from '../conversations/display-title.ts';
import { answerIdOf, applyToChat, loadChat, openChat, showMessage } from './chat.ts';
import { Composer } from './composer.tsx';
import { EmptyChat } from './empty-chat.tsx';
import { exportDialog } from './later-export.ts';
import { MessageList } from './message-list.tsx';
import { attach } from './run-turn.ts';

type ChatRoute = Exclude<Route, { at: 'settings' }>;

/** A conversation, or the start of a new one, with its composer. */
export function ChatPage(props: {
  readonly route: ChatRoute;
  readonly onSidebar: () => void;
}): ReactElement {
  const { route, onSidebar } = props;
  return (
    <div className="chat">
      {route.at === 'new' ? (
        <NewChat onSidebar={onSidebar} />
      ) : (
        <OpenConversation
          key={route.id}
          id={route.id}
          target={route.message}
          onSidebar={onSidebar}
        />
      )}
    </div>
  );
}

function NewChat({ onSidebar }: { readonly onSidebar: () => void }): ReactElement {
  return (
    <>
      <ChatHead conversation={undefined} id="new" onSidebar={onSidebar} />
      <EmptyChat />
      <Composer key="new" id="new" conversation={undefined} run={undefined} />
    </>
  );
}

function OpenConversation(props: {
  readonly id: ConversationId;
  readonly target: MessageId | undefined;
  readonly onSidebar: () => void;
}): ReactElement {
  const { id, target, onSidebar } = props;
  const open = openChat(id);
  const chat = useStore(open.chat);
  const loaded = chat.loading === 'loaded';
  const answerId = answerIdOf(chat.run);
  const visible = useVisible();
  useEffect(() => {
    if (open.chat.get().run?.at !== 'sending') void loadChat(open);
  }, [open]);
  useEffect(
    () =>
      onPageEvent((event) => {
        applyToChat(open, event);
      }),
    [open],
  );
  useEffect(() => {
    if (answerId === undefined || !visible) return undefined;
    const follower = attach(open);
    // A browser has few connections to one server, so a chat that isn’t shown holds none.
    return () => {
      follower.abort();
    };
  }, [answerId, open, visible]);
  useEffect(() => {
    if (loaded && target !== undefined) showMessage(open, target);
  }, [loaded, open, target]);
  return (
    <>
      <ChatHead conversation={chat.conversation} id={id} onSidebar={onSidebar} />
      {typeof chat.loading === 'object' ? (
        <div className="chat-failed">
          <ProblemNotice
            problem={chat.loading}
            actions={<Button onClick={() => void loadChat(open)}>Try again</Button>}
          />
        </div>
      ) : (
        <MessageList open={open} target={target} />
      )}
      <Composer key={id} id={id} conversation={chat.conversation} run={chat.run} />
    </>
  );
}

function ChatHead(props: {
  readonly conversation: Conversation | undefined;
  readonly id: ConversationId | 'new';
  readonly onSidebar: () => void;
}): ReactElement {
  const { conversation, id, onSidebar } = props;
  const title = conversation === undefined ? undefined : displayTitle(conversation.title);
  useEffect(() => {
    document.title = title === undefined ? 'Postern' : `${title} · Postern`;
    return () => {
      document.title = 'Postern';
    };
  }, [title]);
  return (
    <PageHead
      title={title ?? (id === 'new' ? 'New chat' : 'Chat')}
      titleHidden={id === 'new'}
      onSidebar={onSidebar}
    >
      <span className="grow" />
      {conversation !== undefined && <ExportButton conversation={conversation} />}
      {id !== 'new' && (
        <IconButton
          label="New chat"
          tipAt="left"
          className="sidebar-toggle"
          onClick={() => {
            navigate({ at: 'new' });
          }}
        >
          <SquarePen aria-hidden="true" size={17} />
        </IconButton>
      )}
    </PageHead>
  );
}

function ExportButton({ conversation }: { readonly conversation: Conversation }): ReactElement {
  const [open, setOpen] = useState(false);
  const dialog = useLater(exportDialog, open);
  return (
    <>
      <IconButton
        label="Export…"
        tipAt="left"
        onClick={() => {
          setOpen(true);
        }}
      >
        <Download aria-hidden="true" size={17} />
      </IconButton>
      {dialog !== undefined && (
        <dialog.ExportDialog
          conversation={conversation}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}
