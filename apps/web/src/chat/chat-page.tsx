import { t } from '@lingui/core/macro';
import { Download, SquarePen } from 'lucide-react';
import type { Conversation, ConversationId, MessageId } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { attachmentParts } from './attachments/later-attachments.ts';
import { onPageEvent } from '../conversations/page-events.ts';
import { Button, IconButton } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { navigate, type Route } from '../navigation/route.ts';
import { useLater } from '../state/later.ts';
import { useOpener } from '../state/openers.ts';
import { dropPrivateChat, usePrivate, type ChatPlace } from '../state/private-chats.ts';
import { useStore } from '../state/store.ts';
import { useVisible } from '../state/visibility.ts';
import { displayTitle } from '../conversations/display-title.ts';
import { answersOf, applyToChat, loadChat, openChat, showMessage, type Chat } from './chat.ts';
import { Composer } from './composer.tsx';
import { EmptyChat } from './empty-chat.tsx';
import { exportDialog } from './later-export.ts';
import { chatExtras } from './later-extras.ts';
import { MessageList } from './message-list.tsx';
import { privateChatParts } from './later-private-chat.ts';
import { attach } from './run-turn.ts';
import { SettingsButton } from '../chat-settings/settings-button.tsx';

type ChatRoute = Exclude<Route, { at: 'settings' }>;

/** A conversation, or the start of a new one, with its composer. */
export function ChatPage(props: {
  readonly route: ChatRoute;
  readonly onSidebar: () => void;
}): ReactElement {
  const { route, onSidebar } = props;
  const isPrivate = usePrivate(route.at === 'conversation' ? route.id : route.at);
  return (
    <div className="chat" data-private={isPrivate}>
      {route.at !== 'conversation' ? (
        <NewChat key={route.at} place={route.at} onSidebar={onSidebar} />
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

function NewChat(props: {
  readonly place: 'new' | 'private';
  readonly onSidebar: () => void;
}): ReactElement {
  const { place, onSidebar } = props;
  const files = useLater(attachmentParts, true);
  return (
    <>
      <ChatHead conversation={undefined} id={place} onSidebar={onSidebar} />
      <EmptyChat isPrivate={place === 'private'} />
      <Composer id={place} conversation={undefined} run={undefined} />
      {files !== undefined && <files.DropTarget place={place} conversation={undefined} />}
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
  const isAnswering = answersOf(chat.run).size > 0;
  const visible = useVisible();
  const files = useLater(attachmentParts, true);
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
    if (!isAnswering || !visible) return undefined;
    attach(open);
    // A browser has few connections to one server, so a chat that isn’t shown holds none.
    return () => {
      open.follower?.abort();
    };
  }, [isAnswering, open, visible]);
  useEffect(() => {
    // Its page had no connection for some minutes, or Postern was started again.
    if (isGone(chat.loading)) dropPrivateChat(id);
  }, [chat.loading, id]);
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
            actions={<Button onClick={() => void loadChat(open)}>{t`Try again`}</Button>}
          />
        </div>
      ) : (
        <MessageList open={open} target={target} />
      )}
      <Composer key={id} id={id} conversation={chat.conversation} run={chat.run} />
      {files !== undefined && <files.DropTarget place={id} conversation={chat.conversation} />}
    </>
  );
}

function isGone(loading: Chat['loading']): boolean {
  return typeof loading === 'object' && loading.code === 'CONVERSATION_NOT_FOUND';
}

function ChatHead(props: {
  readonly conversation: Conversation | undefined;
  readonly id: ChatPlace;
  readonly onSidebar: () => void;
}): ReactElement {
  const { conversation, id, onSidebar } = props;
  const isPrivate = usePrivate(id);
  const title = conversation === undefined ? undefined : displayTitle(conversation.title);
  const extras = useLater(chatExtras, conversation !== undefined);
  useEffect(() => {
    document.title = title === undefined ? 'Postern' : `${title} · Postern`;
    return () => {
      document.title = 'Postern';
    };
  }, [title]);
  return (
    <PageHead title={title ?? untitled(id)} titleHidden={id === 'new'} onSidebar={onSidebar}>
      <span className="grow" />
      {conversation !== undefined && extras !== undefined && (
        <extras.ChatMeter open={openChat(conversation.id)} />
      )}
      {conversation !== undefined &&
        (isPrivate ? (
          <PrivateActions conversation={conversation} />
        ) : (
          <ExportButton conversation={conversation} />
        ))}
      {id !== 'private' && <SettingsButton id={id} conversation={conversation} />}
      {id !== 'new' && (
        <IconButton
          label={t`New chat`}
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
  const [open, setOpen] = useState<'export' | 'print'>();
  const dialog = useLater(exportDialog, open !== undefined);
  useOpener('export', () => {
    setOpen('export');
  });
  useOpener('print', () => {
    setOpen('print');
  });
  return (
    <>
      <IconButton
        label={t`Export…`}
        tipAt="left"
        onClick={() => {
          setOpen('export');
        }}
      >
        <Download aria-hidden="true" size={17} />
      </IconButton>
      {dialog !== undefined && (
        <dialog.ExportDialog
          conversation={conversation}
          prints={open === 'print'}
          onClose={() => {
            setOpen(undefined);
          }}
        />
      )}
    </>
  );
}

function untitled(place: ChatPlace): string {
  if (place === 'new') return t`New chat`;
  return place === 'private' ? t`Private chat` : t`Chat`;
}

function PrivateActions(props: { readonly conversation: Conversation }): ReactElement | null {
  const part = useLater(privateChatParts, true);
  return part === undefined ? null : <part.PrivateChatActions {...props} />;
}
