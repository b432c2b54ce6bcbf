import { t } from '@lingui/core/macro';
import type { Conversation } from '@postern/protocol';
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { restoreConversation } from '../conversations/conversation-list.ts';
import { onPageEvent } from '../conversations/page-events.ts';
import { displayTitle } from '../conversations/display-title.ts';
import { formatDate } from '../languages/formats.ts';

const DATE = { dateStyle: 'medium' } as const;

interface Trash {
  readonly chats: readonly Conversation[] | undefined;
  readonly problem: RequestProblem | undefined;
  readonly change: (work: Promise<ApiResult<unknown>>) => Promise<void>;
}

function useTrash(): Trash {
  const [chats, setChats] = useState<readonly Conversation[]>();
  const [problem, setProblem] = useState<RequestProblem>();
  const take = useCallback((listed: ApiResult<readonly Conversation[]>): void => {
    if (listed.ok) setChats(listed.value);
    else setProblem(listed.failure);
  }, []);
  useEffect(() => {
    const load = (): void => void appApi.trash().then(take);
    load();
    return onPageEvent(({ kind }) => {
      if (kind === 'sync' || kind === 'conversation-deleted' || kind === 'trash') load();
    });
  }, [take]);
  return {
    chats,
    problem,
    change: async (work) => {
      const changed = await work;
      setProblem(changed.ok ? undefined : changed.failure);
      take(await appApi.trash());
    },
  };
}

/** Deleted chats, which can be restored for 30 days. */
export function TrashSection(): ReactElement {
  const { chats, problem, change } = useTrash();
  const [asked, setAsked] = useState<Conversation | 'all'>();
  const heading = useRef<HTMLHeadingElement>(null);
  const count = chats?.length;
  const before = useRef(count);
  useEffect(() => {
    // The button that was pressed is gone together with its row.
    if (before.current !== undefined && before.current !== count) heading.current?.focus();
    before.current = count;
  }, [count]);
  return (
    <section className="settings-section" aria-labelledby="trash">
      <h2 id="trash" ref={heading} tabIndex={-1}>
        {t`Trash`}
      </h2>
      <p className="settings-lead">
        {t`Deleted chats stay here for 30 days, then Postern deletes them for good.`}
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {count === 0 && <p className="quiet">{t`The trash is empty.`}</p>}
      {chats?.map((chat) => (
        <TrashRow
          key={chat.id}
          chat={chat}
          onRestore={() => void change(restoreConversation(chat.id))}
          onDelete={() => {
            setAsked(chat);
          }}
        />
      ))}
      {count !== undefined && count > 1 && (
        <Button
          look="danger"
          onClick={() => {
            setAsked('all');
          }}
        >
          {t`Empty trash`}
        </Button>
      )}
      {asked !== undefined && (
        <ConfirmDeletion
          asked={asked}
          onClose={() => {
            setAsked(undefined);
          }}
          onConfirm={() => {
            setAsked(undefined);
            void change(asked === 'all' ? appApi.emptyTrash() : appApi.deleteForGood(asked.id));
          }}
        />
      )}
    </section>
  );
}

function TrashRow(props: {
  readonly chat: Conversation;
  readonly onRestore: () => void;
  readonly onDelete: () => void;
}): ReactElement {
  const { chat, onRestore, onDelete } = props;
  const title = displayTitle(chat.title);
  return (
    <div className="settings-row">
      <div>
        <strong>{title}</strong>
        {chat.deletedAtMs !== undefined && (
          <p>{t`Deleted ${{ date: formatDate(chat.deletedAtMs, DATE) }}.`}</p>
        )}
      </div>
      <div className="settings-row-actions">
        <Button aria-label={t`Restore ${title}`} onClick={onRestore}>
          {t`Restore`}
        </Button>
        <Button look="quiet" aria-label={t`Delete ${title} for good`} onClick={onDelete}>
          {t`Delete`}
        </Button>
      </div>
    </div>
  );
}

function ConfirmDeletion(props: {
  readonly asked: Conversation | 'all';
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}): ReactElement {
  const { asked, onClose, onConfirm } = props;
  const title =
    asked === 'all' ? t`Empty the trash?` : t`Delete ${{ title: displayTitle(asked.title) }}?`;
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="dialog-lead">
        {asked === 'all' ? t`These chats can’t be restored.` : t`This chat can’t be restored.`}
      </p>
      <footer className="dialog-actions">
        <span className="grow" />
        <Button onClick={onClose}>{t`Cancel`}</Button>
        <Button look="danger" onClick={onConfirm}>
          {t`Delete`}
        </Button>
      </footer>
    </Dialog>
  );
}
