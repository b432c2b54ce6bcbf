import type { ConversationView, Message, MessagePart } from '@postern/protocol';
import { useDeferredValue, useEffect, useMemo, useRef, type ReactElement } from 'react';
import { displayTitle } from '../conversations/display-title.ts';
import { CodeBlock } from '../markdown/code-block.tsx';
import { splitAtFences } from '../markdown/code-fences.ts';
import { openChat } from './chat.ts';
import { PartView } from './part-view.tsx';
import { treeOf, visiblePath } from './tree.ts';

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/**
 * A chat as the page shows it, with the versions that are chosen, only on paper. It opens the print dialog when it is rendered; after that,
 * `onPrinted` is called.
 */
export function PrintedChat(props: {
  readonly view: ConversationView;
  readonly onPrinted: () => void;
}): ReactElement {
  const { view, onPrinted } = props;
  const root = useRef<HTMLDivElement>(null);
  const steps = useMemo(() => {
    const { choices } = openChat(view.conversation.id).chat.get();
    return visiblePath(treeOf(view.messages), choices);
  }, [view]);
  // Long texts are rendered in the same deferred render.
  const isComplete = useDeferredValue(true, false);
  const title = displayTitle(view.conversation.title);
  useEffect(() => {
    if (!isComplete || root.current === null) return;
    for (const details of root.current.querySelectorAll('details')) details.open = true;
    window.print();
    onPrinted();
  }, [isComplete, onPrinted]);
  return (
    <div ref={root} className="print-root">
      <h1 dir="auto">{title}</h1>
      {steps.map(({ message }) => (
        <PrintedMessage key={message.id} message={message} />
      ))}
    </div>
  );
}

function PrintedMessage({ message }: { readonly message: Message }): ReactElement {
  const { role, model, parts, failure, createdAtMs } = message;
  const author = role === 'assistant' ? (model ?? 'Answer') : AUTHORS[role];
  return (
    <article>
      <h2>
        <bdi>{author}</bdi> <time>{TIME.format(createdAtMs)}</time>
      </h2>
      {parts.map((part, index) => (
        <PrintedPart key={index} part={part} isTyped={role !== 'assistant'} />
      ))}
      {failure !== undefined && <p className="quiet">{failure.message}</p>}
    </article>
  );
}

const AUTHORS = { user: 'You', system: 'System prompt' } as const;

function PrintedPart(props: {
  readonly part: MessagePart;
  readonly isTyped: boolean;
}): ReactElement {
  const { part, isTyped } = props;
  // Without the button of a long text that shows all of it.
  if (!isTyped || part.kind !== 'text') return <PartView part={part} growing={false} />;
  return (
    <div className="typed">
      {splitAtFences(part.text).map((piece, index) =>
        piece.kind === 'code' ? (
          <CodeBlock key={index} code={piece.text} language={piece.language} />
        ) : (
          <div key={index} className="typed-lines" dir="auto">
            {piece.text}
          </div>
        ),
      )}
    </div>
  );
}
