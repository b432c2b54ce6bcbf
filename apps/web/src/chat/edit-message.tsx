import { plainText, type Message } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { isComposing } from '../controls/composition.ts';
import { Button } from '../controls/button.tsx';
import { useModelFor } from '../models/use-model.ts';
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
  const isQuestion = message.role === 'user';
  const isReady = text.trim() !== '';
  const runs = isReady && model !== undefined && !busy;
  const leave = (): void => {
    editedMessage.set(undefined);
    focusEdited(message.id);
  };
  const save = (): void => {
    if (!isReady) return;
    if (text === plainText(message.parts)) leave();
    else void saveEdit(open, message, text);
  };
  const run = (): void => {
    if (!runs) return;
    editedMessage.set(undefined);
    focusComposer();
    void resendQuestion(open, message, text, model);
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
      <EditField text={text} onText={setText} onSend={send} onLeave={leave} />
      <div className="edit-actions">
        <Button onClick={leave}>Cancel</Button>
        <Button look={isQuestion ? 'plain' : 'primary'} disabled={!isReady} onClick={save}>
          Save
        </Button>
        {isQuestion && (
          <Button type="submit" look="primary" disabled={!runs}>
            Save and run
          </Button>
        )}
      </div>
    </form>
  );
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
      aria-label="Edit message"
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
