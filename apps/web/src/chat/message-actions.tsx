import { ChevronLeft, ChevronRight, Pencil, RotateCw } from 'lucide-react';
import { plainText } from '@postern/protocol';
import type { ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { CopyButton } from '../controls/copy-button.tsx';
import { chooseSibling, type OpenChat } from './chat.ts';
import type { PathStep } from './tree.ts';
import { usageWords } from './usage.ts';
import { useRetry } from './use-retry.ts';

/** What can be done with a message, under it. */
export function MessageActions(props: {
  readonly open: OpenChat;
  readonly step: PathStep;
  readonly onEdit?: () => void;
}): ReactElement {
  const { open, step, onEdit } = props;
  const { message } = step;
  const text = plainText(message.parts);
  const retry = useRetry(open, message);
  const usage = message.usage === undefined ? '' : usageWords(message.usage);
  return (
    <footer className="message-actions">
      <Siblings open={open} step={step} />
      {text !== '' && <CopyButton text={text} label="Copy message" tipAt="above" />}
      {message.role === 'assistant' && (
        <IconButton label="Answer again" disabled={retry === undefined} onClick={retry}>
          <RotateCw aria-hidden="true" size={15} />
        </IconButton>
      )}
      {onEdit !== undefined && text !== '' && (
        <IconButton label="Edit and ask again" onClick={onEdit}>
          <Pencil aria-hidden="true" size={15} />
        </IconButton>
      )}
      {usage !== '' && <span className="usage">{usage}</span>}
    </footer>
  );
}

/** ‹ 2/3 ›: which of several answers, or wordings of a question, is shown. */
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
      <IconButton label="Earlier version" disabled={place === 0} onClick={turnTo(place - 1)}>
        <ChevronLeft aria-hidden="true" size={16} />
      </IconButton>
      <span aria-label={`Version ${place + 1} of ${siblings.length}`}>
        {place + 1}/{siblings.length}
      </span>
      <IconButton
        label="Later version"
        disabled={place === siblings.length - 1}
        onClick={turnTo(place + 1)}
      >
        <ChevronRight aria-hidden="true" size={16} />
      </IconButton>
    </span>
  );
}
