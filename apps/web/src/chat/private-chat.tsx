import './private-chat.css';
import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { HatGlasses } from 'lucide-react';
import type { Conversation, ConversationId } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { showToast } from '../controls/toasts.tsx';
import { closePrivateChat, keepPrivateChat } from '../conversations/private-chats.ts';
import { currentRoute, replaceRoute, routeToFragment } from '../navigation/route.ts';
import { useOpener } from '../state/openers.ts';
import { privateChats } from '../state/private-chats.ts';
import { useStore } from '../state/store.ts';
import { formatDate } from '../languages/formats.ts';
import { i18n } from '../languages/i18n.ts';
import { openChat } from './chat.ts';
import { focusComposer } from './compose-requests.ts';

type Act = 'keep' | 'close';

/** Keeps or closes a private chat, after a question. */
export function PrivateChatActions({
  conversation,
}: {
  readonly conversation: Conversation;
}): ReactElement {
  const [asked, setAsked] = useState<Act>();
  const { run } = useStore(openChat(conversation.id).chat);
  useOpener(
    'keep-private-chat',
    () => {
      setAsked('keep');
    },
    run === undefined,
  );
  useOpener('close-private-chat', () => {
    setAsked('close');
  });
  return (
    <div className="private-actions">
      <Button
        disabled={run !== undefined}
        title={run === undefined ? undefined : t`Wait for the answer, or stop it first`}
        onClick={() => {
          setAsked('keep');
        }}
      >
        {t`Keep this chat`}
      </Button>
      <Button
        onClick={() => {
          setAsked('close');
        }}
      >
        {t`Close private chat`}
      </Button>
      {asked !== undefined && (
        <ConfirmAct
          act={asked}
          conversation={conversation}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
    </div>
  );
}

const TEXTS: Readonly<
  Record<Act, Readonly<Record<'title' | 'lead' | 'confirm', MessageDescriptor>>>
> = {
  keep: {
    title: msg`Keep this chat?`,
    lead: msg`It is moved to your encrypted chats, with a title from its first message. Then it is in the list, in the search and in exports.`,
    confirm: msg`Keep chat`,
  },
  close: {
    title: msg`Close this private chat?`,
    lead: msg`Its messages are deleted now and can’t be restored.`,
    confirm: msg`Close chat`,
  },
};

function ConfirmAct(props: {
  readonly act: Act;
  readonly conversation: Conversation;
  readonly onClose: () => void;
}): ReactElement {
  const { act, conversation, onClose } = props;
  const { title, lead, confirm } = TEXTS[act];
  const [busy, setBusy] = useState(false);
  const confirmed = async (): Promise<void> => {
    setBusy(true);
    await (act === 'keep' ? keep(conversation) : close(conversation));
    onClose();
    focusComposer();
  };
  return (
    <Dialog title={i18n._(title)} onClose={onClose}>
      <p className="dialog-lead">{i18n._(lead)}</p>
      <footer className="dialog-actions">
        <span className="grow" />
        <Button onClick={onClose}>{t`Cancel`}</Button>
        <Button
          look={act === 'keep' ? 'primary' : 'danger'}
          busy={busy}
          onClick={() => void confirmed()}
        >
          {i18n._(confirm)}
        </Button>
      </footer>
    </Dialog>
  );
}

async function keep(conversation: Conversation): Promise<void> {
  const kept = await keepPrivateChat(conversation);
  if (kept.ok) {
    const { chat } = openChat(conversation.id);
    chat.update((now) => ({ ...now, conversation: kept.value }));
    showToast(t`The chat is kept.`);
  } else sayFailure(kept, t`Couldn’t keep the chat.`);
}

async function close(conversation: Conversation): Promise<void> {
  const closed = await closePrivateChat(conversation);
  if (closed.ok) {
    const route = currentRoute();
    // Not a new entry: Back would lead to a chat that is gone.
    if (route.at === 'conversation' && route.id === conversation.id) replaceRoute({ at: 'new' });
    showToast(t`The private chat is closed.`);
  } else sayFailure(closed, t`Couldn’t close the chat.`);
}

function sayFailure(result: ApiResult<unknown>, what: string): void {
  if (!result.ok) showToast(`${what} ${result.failure.message}`, { tone: 'danger' });
}

const TIME = { hour: 'numeric', minute: '2-digit' } as const;

/** The private chats of this page, above the list of the stored ones. */
export function PrivateChatList(props: {
  readonly active: ConversationId | undefined;
  readonly onLeave: () => void;
}): ReactElement {
  const chats = useStore(privateChats);
  return (
    <section className="private-list" aria-label={t`Private chats`}>
      <ul>
        {chats.map(({ id, title, createdAtMs }) => (
          <li key={id} className="row" data-active={id === props.active}>
            <a
              className="row-link private-row"
              href={routeToFragment({ at: 'conversation', id })}
              aria-current={id === props.active ? 'page' : undefined}
              onClick={props.onLeave}
            >
              <HatGlasses aria-hidden="true" size={16} />
              <span className="row-title">{title}</span>
              <time>{formatDate(createdAtMs, TIME)}</time>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
