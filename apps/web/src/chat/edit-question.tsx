import { plainText, type Message } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { isComposing } from '../controls/composition.ts';
import { Button } from '../controls/button.tsx';
import { useModelFor } from '../models/use-model.ts';
import { useSelected } from '../state/store.ts';
import type { OpenChat } from './chat.ts';
import { resendQuestion } from './send.ts';

/** Edits a question; the old one stays as an earlier version. */
export function EditQuestion(props: {
  readonly open: OpenChat;
  readonly message: Message;
  readonly onDone: () => void;
}): ReactElement {
  const { open, message, onDone } = props;
  const [text, setText] = useState(() => plainText(message.parts));
  const conversation = useSelected(open.chat, (chat) => chat.conversation);
  const busy = useSelected(open.chat, ({ run }) => run !== undefined);
  const model = useModelFor(open.id, conversation);
  const ready = text.trim() !== '' && model !== undefined && !busy;
  const send = (): void => {
    if (!ready) return;
    onDone();
    void resendQuestion(open, message, text, model);
  };
  return (
    <form
      className="edit-question"
      // Otherwise browsers store what is typed, to restore it with the page.
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        aria-label="Edit message"
        value={text}
        rows={3}
        dir="auto"
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the field replaces the message the user chose to edit
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === 'Escape') {
            event.preventDefault();
            onDone();
          } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            send();
          }
        }}
      />
      <div className="edit-actions">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="primary" disabled={!ready}>
          Send
        </Button>
      </div>
    </form>
  );
}
