import { t } from '@lingui/core/macro';
import { ChevronLeft, ChevronRight, Pencil, RotateCw } from 'lucide-react';
import { plainText, type MessageId } from '@postern/protocol';
import { useEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { CopyButton } from '../controls/copy-button.tsx';
import { forwardKey } from '../languages/forward-key.ts';
import { useLater } from '../state/later.ts';
import { chooseSibling, type OpenChat } from './chat.ts';
import { editedMessage } from './edited-message.ts';
import { turnParts } from './later-turns.ts';
import type { PathStep } from './tree.ts';
import { chatExtras } from './later-extras.ts';
import { useRetry } from './use-retry.ts';

/** The buttons under a message. */
export function MessageActions(props: {
  readonly open: OpenChat;
  readonly step: PathStep;
}): ReactElement {
  const { open, step } = props;
  const { message } = step;
  const text = plainText(message.parts);
  const retry = useRetry(open, message);
  const extras = useLater(chatExtras, message.role === 'assistant');
  const later = useLater(turnParts, true);
  return (
    <footer className="message-actions">
      <Siblings open={open} step={step} />
      {text !== '' && <CopyButton text={text} label={t`Copy message`} tipAt="above" />}
      {message.role === 'assistant' && (
        <IconButton label={t`Regenerate`} disabled={retry === undefined} onClick={retry}>
          <RotateCw aria-hidden="true" size={15} />
        </IconButton>
      )}
      {(text !== '' || message.parts.some(({ kind }) => kind === 'attachment')) && (
        <IconButton
          className="edit-button"
          label={message.role === 'assistant' ? t`Edit answer` : t`Edit`}
          onClick={() => {
            editedMessage.set(message.id);
          }}
        >
          <Pencil aria-hidden="true" size={15} />
        </IconButton>
      )}
      {later !== undefined && <later.MessageMenu open={open} message={message} />}
      {extras !== undefined && <extras.AnswerExtras message={message} />}
    </footer>
  );
}

/** The version that was turned to, whose button gets the focus: the message before it is gone with its own. */
let turned: { readonly id: MessageId; readonly by: -1 | 1 } | undefined;

const ARROWS: Readonly<Record<string, -1 | 1>> = { ArrowLeft: -1, ArrowRight: 1 };

/** ‹ 2/3 ›: switches between versions of a question or an answer. */
function Siblings(props: {
  readonly open: OpenChat;
  readonly step: PathStep;
}): ReactElement | null {
  const { open, step } = props;
  const { siblings, place, message } = step;
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (turned?.id !== message.id) return;
    const [previous, next] = box.current?.querySelectorAll('button') ?? [];
    const wanted = turned.by < 0 ? previous : next;
    (wanted?.disabled === true ? (turned.by < 0 ? next : previous) : wanted)?.focus();
    turned = undefined;
  }, [message.id]);
  if (siblings.length < 2) return null;
  const turn = (by: -1 | 1) => (): void => {
    const sibling = siblings[place + by];
    if (sibling === undefined) return;
    turned = { id: sibling.id, by };
    chooseSibling(open, sibling);
  };
  const turnByKey = (event: KeyboardEvent): void => {
    const by = ARROWS[forwardKey(event.key)];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    turn(by)();
  };
  return (
    <span className="siblings" ref={box}>
      <IconButton
        label={t`Previous version`}
        disabled={place === 0}
        onClick={turn(-1)}
        onKeyDown={turnByKey}
      >
        <ChevronLeft className="mirrored" aria-hidden="true" size={16} />
      </IconButton>
      <span aria-label={t`Version ${{ now: place + 1 }} of ${{ of: siblings.length }}`}>
        {place + 1}/{siblings.length}
      </span>
      <IconButton
        label={t`Next version`}
        disabled={place === siblings.length - 1}
        onClick={turn(1)}
        onKeyDown={turnByKey}
      >
        <ChevronRight className="mirrored" aria-hidden="true" size={16} />
      </IconButton>
    </span>
  );
}
