import { t } from '@lingui/core/macro';
import { plainText, type Attachment, type ConversationId, type Message } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { attachmentParts } from './attachments/later-attachments.ts';
import { isComposing } from '../controls/composition.ts';
import { Button } from '../controls/button.tsx';
import { useModelFor } from '../models/use-model.ts';
import { useLater } from '../state/later.ts';
import { useSelected } from '../state/store.ts';
import type { OpenChat } from './chat.ts';
import { focusComposer } from './compose-requests.ts';
import { editedMessage } from './edited-message.ts';
import { focusEdited, saveEdit } from './message-changes.ts';
import { resendQuestion } from './send.ts';

/** Edits a question or an answer; the old text stays as an earlier version. */
export function EditMessage(props: {
  readonly open: OpenChat;
  readonly message: Message;
}): ReactElement {
  const { open, message } = props;
  const [text, setText] = useState(() => plainText(message.parts));
  const conversation = useSelected(open.chat, (chat) => chat.conversation);
  const busy = useSelected(open.chat, ({ run }) => run !== undefined);
  const model = useModelFor(open.id, conversation);
  const [files, setFiles] = useState(() => attachmentsIn(message));
  const isQuestion = message.role === 'user';
  const isReady = text.trim() !== '' || files.length > 0;
  const runs = isReady && model !== undefined && !busy;
  const leave = (): void => {
    editedMessage.set(undefined);
    focusEdited(message.id);
  };
  const save = (): void => {
    if (!isReady) return;
    const isSame =
      text === plainText(message.parts) && files.length === attachmentsIn(message).length;
    if (isSame) leave();
    else void saveEdit(open, message, { text, attachments: files });
  };
  const run = (): void => {
    if (!runs) return;
    editedMessage.set(undefined);
    focusComposer();
    void resendQuestion(open, message, { text, attachments: files }, model);
  };
  const send = isQuestion ? run : save;
  return (
    <form
      className="edit-message"
      // Otherwise browsers store what is typed, to restore it with the page.
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <EditedFiles place={open.id} files={files} onFiles={setFiles} />
      <EditField text={text} onText={setText} onSend={send} onLeave={leave} />
      <div className="edit-actions">
        <Button onClick={leave}>{t`Cancel`}</Button>
        <Button look={isQuestion ? 'plain' : 'primary'} disabled={!isReady} onClick={save}>
          {t`Save`}
        </Button>
        {isQuestion && (
          <Button type="submit" look="primary" disabled={!runs}>
            {t`Save and run`}
          </Button>
        )}
      </div>
    </form>
  );
}

function EditedFiles(props: {
  readonly place: ConversationId;
  readonly files: readonly Attachment[];
  readonly onFiles: (files: readonly Attachment[]) => void;
}): ReactElement | null {
  const { place, files, onFiles } = props;
  const parts = useLater(attachmentParts, files.length > 0);
  const remove = (removed: Attachment): void => {
    onFiles(files.filter(({ id }) => id !== removed.id));
  };
  return parts === undefined ? null : (
    <parts.KeptFiles place={place} attachments={files} onRemove={remove} />
  );
}

function attachmentsIn({ parts }: Message): readonly Attachment[] {
  return parts.filter((part) => part.kind === 'attachment');
}

function EditField(props: {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSend: () => void;
  readonly onLeave: () => void;
}): ReactElement {
  const { text, onText, onSend, onLeave } = props;
  return (
    <textarea
      aria-label={t`Edit message`}
      value={text}
      rows={3}
      dir="auto"
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the field replaces the message the user chose to edit
      autoFocus
      onChange={(event) => {
        onText(event.target.value);
      }}
      onKeyDown={(event) => {
        if (isComposing(event)) return;
        if (event.key === 'Escape') onLeave();
        else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onSend();
        else return;
        event.preventDefault();
      }}
    />
  );
}
