import { msg, t } from '@lingui/core/macro';
import { ATTACHMENT_TYPES, type Message, type MessagePart } from '@postern/protocol';
import { useDeferredValue, useEffect, useMemo, useRef, type ReactElement } from 'react';
import { SentText } from '../controls/sent-text.tsx';
import { displayTitle } from '../conversations/display-title.ts';
import { CodeBlock } from '../markdown/code-block.tsx';
import { splitAtFences } from '../markdown/code-fences.ts';
import { formatDate } from '../languages/formats.ts';
import { i18n } from '../languages/i18n.ts';
import { openChat } from './chat.ts';
import type { ExportedChat } from './fetch-export.ts';
import { PartView } from './part-view.tsx';
import { treeOf, visiblePath } from './tree.ts';

const TIME = { dateStyle: 'medium', timeStyle: 'short' } as const;

/**
 * A chat as the page shows it, with the versions that are chosen, only on paper. It opens the print dialog when it is rendered; after that,
 * `onPrinted` is called.
 */
export function PrintedChat(props: {
  readonly view: ExportedChat;
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
  const files = useMemo(() => dataOf(view), [view]);
  useEffect(() => {
    if (!isComplete || root.current === null) return;
    for (const details of root.current.querySelectorAll('details')) details.open = true;
    let isShown = true;
    void imagesReady(root.current).then(() => {
      if (!isShown) return;
      window.print();
      onPrinted();
    });
    return () => {
      isShown = false;
    };
  }, [isComplete, onPrinted]);
  return (
    <div ref={root} className="print-root">
      <h1 dir="auto">{title}</h1>
      {steps.map(({ message }) => (
        <PrintedMessage key={message.id} message={message} files={files} />
      ))}
    </div>
  );
}

/** The bytes of attachments as base64, by their ids. */
type FileData = ReadonlyMap<string, string>;

function dataOf({ attachments = [] }: ExportedChat): FileData {
  return new Map(
    attachments.flatMap(({ id, data }) => (data === undefined ? [] : [[id, data] as const])),
  );
}

/** An image that isn't decoded yet would be missing on the paper. */
async function imagesReady(root: HTMLElement): Promise<void> {
  await Promise.allSettled([...root.querySelectorAll('img')].map((image) => image.decode()));
}

function PrintedMessage(props: {
  readonly message: Message;
  readonly files: FileData;
}): ReactElement {
  const { message, files } = props;
  const { role, model, parts, failure, createdAtMs } = message;
  const author = role === 'assistant' ? (model ?? t`Answer`) : i18n._(AUTHORS[role]);
  return (
    <article>
      <h2>
        <bdi>{author}</bdi> <time>{formatDate(createdAtMs, TIME)}</time>
      </h2>
      {parts.map((part, index) => (
        <PrintedPart key={index} part={part} isTyped={role !== 'assistant'} files={files} />
      ))}
      {failure !== undefined && (
        <p className="quiet">
          <SentText code={failure.code} message={failure.message} />
        </p>
      )}
    </article>
  );
}

const AUTHORS = { user: msg`You`, system: msg`System prompt` } as const;

function PrintedPart(props: {
  readonly part: MessagePart;
  readonly isTyped: boolean;
  readonly files: FileData;
}): ReactElement {
  const { part, isTyped, files } = props;
  if (part.kind === 'attachment' && ATTACHMENT_TYPES[part.mediaType].modality === 'image') {
    const data = files.get(part.id);
    if (data !== undefined) {
      const address = `data:${part.mediaType};base64,${data}`;
      return <img className="part-image" src={address} alt={part.name} />;
    }
  }
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
