import { ChevronLeft, ChevronRight, Pencil, RotateCw } from 'lucide-react';
import { plainText } from '@postern/protocol';
import type { ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { CopyButton } from '../controls/copy-button.tsx';
import { useLater } from '../state/later.ts';
import { chooseSibling, type OpenChat } from './chat.ts';
import type { PathStep } from './tree.ts';
import { chatExtras } from './later-extras.ts';
import { useRetry } from './use-retry.ts';

/** The buttons under a message. */
export function MessageActions(props: {
  readonly open: OpenChat;
  readonly step: PathStep;
  readonly onEdit?: () => void;
}): ReactElement {
  const { open, step, onEdit } = props;
  const { message } = step;
  const text = plainText(message.parts);
  const retry = useRetry(open, message);
  const extras = useLater(chatExtras, message.role === 'assistant');
  return (
    <footer className="message-actions">
      <Siblings open={open} step={step} />
      {text !== '' && <CopyButton text={text} label="Copy message" tipAt="above" />}
      {message.role === 'assistant' && (
        <IconButton label="Regenerate" disabled={retry === undefined} onClick={retry}>
          <RotateCw aria-hidden="true" size={15} />
        </IconButton>
      )}
      {onEdit !== undefined && text !== '' && (
        <IconButton label="Edit" onClick={onEdit}>
          <Pencil aria-hidden="true" size={15} />
        </IconButton>
      )}
      {extras !== undefined && <extras.AnswerExtras message={message} />}
    </footer>
  );
}

/** ‹ 2/3 ›: switches between versions of a question or an answer. */
function Siblings(props: {
  readonly open: OpenChat;
  readonly step: PathStep;
}): ReactElement | null {
  const { open, step } = props;
  const { siblings, place } = step;
  if (siblings.length < 2) return null;
  const turnTo = (to: number) => (): void => {
    const sibling = siblings[to];
    if (sibling !== undefined) chooseSibling(open, sibling);
  };
  return (
    <span className="siblings">
      <IconButton label="Previous version" disabled={place === 0} onClick={turnTo(place - 1)}>
        <ChevronLeft aria-hidden="true" size={16} />
      </IconButton>
      <span aria-label={`Version ${place + 1} of ${siblings.length}`}>
        {place + 1}/{siblings.length}
      </span>
      <IconButton
        label="Next version"
        disabled={place === siblings.length - 1}
        onClick={turnTo(place + 1)}
      >
        <ChevronRight aria-hidden="true" size={16} />
      </IconButton>
    </span>
  );
}
