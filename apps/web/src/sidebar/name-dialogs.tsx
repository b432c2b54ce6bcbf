import { t } from '@lingui/core/macro';
import { ok } from '@postern/kernel';
import type { Conversation } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { openChat } from '../chat/chat.ts';
import { applyToList, renameConversation } from '../conversations/conversation-list.ts';

export function NewFolder({ onClose }: { readonly onClose: () => void }): ReactElement {
  return (
    <NameDialog
      title={t`Name of the new folder`}
      action={t`Create`}
      name=""
      save={async (name) => await appApi.createFolder({ name })}
      onClose={onClose}
    />
  );
}

export function RenameChat(props: {
  readonly chat: Conversation;
  readonly onClose: () => void;
}): ReactElement {
  const { chat, onClose } = props;
  return (
    <NameDialog
      title={t`New title of the chat`}
      action={t`Rename`}
      name={chat.title}
      maxLength={200}
      save={async (title) => {
        const renamed = await renameConversation(chat, title);
        if (!renamed.ok) return renamed;
        const conversation = renamed.value;
        openChat(chat.id).chat.update((now) => ({ ...now, conversation }));
        return ok();
      }}
      onClose={onClose}
    />
  );
}

export function RenameFolder(props: {
  readonly name: string;
  readonly onClose: () => void;
}): ReactElement {
  const { name, onClose } = props;
  return (
    <NameDialog
      title={t`New name of the folder`}
      action={t`Rename`}
      name={name}
      save={async (newName) => await appApi.renameFolder({ name, newName })}
      onClose={onClose}
    />
  );
}

function NameDialog(props: {
  readonly title: string;
  readonly action: string;
  readonly name: string;
  readonly maxLength?: number;
  readonly save: (name: string) => Promise<ApiResult<undefined>>;
  readonly onClose: () => void;
}): ReactElement {
  const { title, action, save, onClose } = props;
  const [name, setName] = useState(props.name);
  const [problem, setProblem] = useState<RequestProblem>();
  const submit = async (): Promise<void> => {
    const saved = name.trim() === props.name ? undefined : await save(name.trim());
    if (saved?.ok === false) {
      setProblem(saved.failure);
      return;
    }
    // Other pages are told by an event, and so is this one, but a little later.
    applyToList({ kind: 'sync' });
    onClose();
  };
  return (
    <Dialog title={title} titleHidden onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') void submit();
        }}
      >
        <TextField
          label={title}
          value={name}
          maxLength={props.maxLength ?? 64}
          onFocus={(event) => {
            event.target.select();
          }}
          // eslint-disable-next-line jsx-a11y/no-autofocus -- the dialog opens for typing
          autoFocus
          onText={(text) => {
            setName(text);
            setProblem(undefined);
          }}
        />
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <footer className="dialog-actions">
          <span className="grow" />
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button type="submit" look="primary" disabled={name.trim() === ''}>
            {action}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

export function DeleteFolder(props: {
  readonly name: string;
  readonly onClose: () => void;
}): ReactElement {
  const { name, onClose } = props;
  const [problem, setProblem] = useState<RequestProblem>();
  const remove = async (): Promise<void> => {
    const removed = await appApi.deleteFolder(name);
    if (!removed.ok) {
      setProblem(removed.failure);
      return;
    }
    applyToList({ kind: 'sync' });
    onClose();
  };
  return (
    <Dialog title={t`Delete the folder “${name}”?`} onClose={onClose}>
      <p className="dialog-lead">{t`Its chats stay. They go back to the list of all chats.`}</p>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <footer className="dialog-actions">
        <span className="grow" />
        <Button onClick={onClose}>{t`Cancel`}</Button>
        <Button look="danger" onClick={() => void remove()}>
          {t`Delete folder`}
        </Button>
      </footer>
    </Dialog>
  );
}
