import { t } from '@lingui/core/macro';
import { Ellipsis } from 'lucide-react';
import { plainText, type Message } from '@postern/protocol';
import { useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { ModelPicker } from '../models/model-picker.tsx';
import { useAnchored } from '../models/use-anchored.ts';
import { usePrivate } from '../state/private-chats.ts';
import { useSelected } from '../state/store.ts';
import type { OpenChat } from './chat.ts';
import { choiceOf } from './compare-again.tsx';
import { CompareDialog } from './compare-dialog.tsx';
import { ComparisonMenuRows } from './comparison-menu.tsx';
import { forkFrom, removeMessage } from './message-changes.ts';
import { insertQuote } from './compose-requests.ts';
import { compareAnswers, retryAnswer } from './send.ts';
import { useRetry } from './use-retry.ts';

interface MenuProps {
  readonly open: OpenChat;
  readonly message: Message;
}

/** The less frequent actions of a message. */
export function MessageMenu({ open, message }: MenuProps): ReactElement {
  const [shown, setShown] = useState<'menu' | 'models' | 'compare'>();
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setShown(undefined);
  };
  return (
    <>
      <IconButton
        ref={button}
        label={t`More`}
        aria-haspopup="dialog"
        aria-expanded={shown !== undefined}
        onClick={() => {
          setShown('menu');
        }}
      >
        <Ellipsis aria-hidden="true" size={15} />
      </IconButton>
      {shown === 'menu' && (
        <Menu
          open={open}
          message={message}
          anchor={button}
          onClose={close}
          onModels={() => {
            setShown('models');
          }}
          onCompare={() => {
            setShown('compare');
          }}
        />
      )}
      {shown === 'compare' && (
        <CompareDialog
          chosen={choiceOf(message)}
          fewest={2}
          onChoose={(models) => {
            close();
            void compareAnswers(open, message, models);
          }}
          onClose={close}
        />
      )}
      {shown === 'models' && (
        <ModelPicker
          anchor={button}
          chosen={undefined}
          onPick={(choice) => {
            close();
            void retryAnswer(open, message, choice);
          }}
          onClose={close}
        />
      )}
    </>
  );
}

function Menu(
  props: MenuProps & {
    readonly anchor: { readonly current: HTMLElement | null };
    readonly onClose: () => void;
    readonly onModels: () => void;
    readonly onCompare: () => void;
  },
): ReactElement {
  const { open, message, anchor, onClose, onModels } = props;
  const box = useRef<HTMLDivElement>(null);
  useAnchored(box, anchor);
  const retry = useRetry(open, message);
  const isPrivate = usePrivate(open.id);
  const answers = useSelected(open.chat, ({ tree }) => tree.children.get(message.id));
  const isAnswer = message.role === 'assistant';
  const text = plainText(message.parts);
  const after = (action: () => void) => (): void => {
    onClose();
    // The dialog gives the focus back when it closes, which must come first.
    setTimeout(action);
  };
  const items: readonly (readonly [string, boolean, () => void])[] = [
    [t`Try again with…`, isAnswer && retry !== undefined, onModels],
    [
      t`Quote`,
      text !== '',
      after(() => {
        insertQuote(text);
      }),
    ],
    [t`Fork from here`, !isPrivate, after(() => void forkFrom(open, message))],
    [
      (answers ?? []).length > 0 ? t`Delete with replies` : t`Delete`,
      true,
      after(() => void removeMessage(open, message)),
    ],
  ];
  return (
    <Dialog title={t`Message`} titleHidden className="message-menu" onClose={onClose}>
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- moves the focus between the buttons in it */}
      <div ref={box} className="message-menu-box" onKeyDown={moveFocus}>
        {items.map(
          ([label, isOffered, run]) =>
            isOffered && (
              <button key={label} type="button" className="menu-row" onClick={run}>
                {label}
              </button>
            ),
        )}
        {isAnswer && (
          <ComparisonMenuRows {...props} canAsk={retry !== undefined} onDone={onClose} />
        )}
      </div>
    </Dialog>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-row')];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = nextIndex(event.key, at, rows.length);
  if (next === undefined) return;
  event.preventDefault();
  rows[next]?.focus();
}
