import { t } from '@lingui/core/macro';
import { Paperclip } from 'lucide-react';
import type { Conversation } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { focusComposer } from '../compose-requests.ts';
import { showToast } from '../../controls/toasts.tsx';
import type { ModelChoice } from '../../models/choose-model.ts';
import { useModelFor } from '../../models/use-model.ts';
import type { ChatPlace } from '../../state/private-chats.ts';
import { addFiles } from './add-files.ts';
import { pasteFiles } from './paste-files.ts';

/** Takes files that are dropped anywhere on the page, or pasted outside of a field, and shows where they will go. */
export function DropTarget(props: {
  readonly place: ChatPlace;
  readonly conversation: Conversation | undefined;
}): ReactElement | null {
  const { place, conversation } = props;
  const model = useModelFor(place, conversation);
  const isOver = useFiles(place, model);
  if (!isOver) return null;
  return (
    <div className="drop-target">
      <p role="status">
        <Paperclip aria-hidden="true" size={22} />
        <strong>{t`Drop to attach`}</strong>
        <span>{t`Images, PDFs and text files`}</span>
      </p>
    </div>
  );
}

/** Whether files are dragged over the page. */
function useFiles(place: ChatPlace, model: ModelChoice | undefined): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const listeners = {
      dragover: (event: DragEvent) => {
        if (!hasFiles(event) || event.defaultPrevented) return;
        event.preventDefault();
        const takes = !isDialogOpen();
        if (event.dataTransfer !== null) event.dataTransfer.dropEffect = takes ? 'copy' : 'none';
        setOver(takes);
      },
      dragleave: (event: DragEvent) => {
        // Nothing is entered: the pointer has left the window.
        if (event.relatedTarget === null) setOver(false);
      },
      drop: (event: DragEvent) => {
        setOver(false);
        if (!hasFiles(event) || event.defaultPrevented) return;
        // The browser would open the file in place of the page.
        event.preventDefault();
        if (isDialogOpen()) return;
        addFiles(place, filesIn(event.dataTransfer), model);
        focusComposer();
      },
      dragend: () => {
        setOver(false);
      },
      paste: (event: ClipboardEvent) => {
        const { clipboardData, target } = event;
        if (clipboardData === null || isDialogOpen() || isField(target)) return;
        if (pasteFiles({ clipboardData }, place, model)) {
          event.preventDefault();
          focusComposer();
        }
      },
    } as const;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- each listener takes the event of its name
    const pairs = Object.entries(listeners) as [string, EventListener][];
    for (const [name, listener] of pairs) window.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of pairs) window.removeEventListener(name, listener);
    };
  }, [place, model]);
  return isOver;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');
}

/** The dropped files, without folders, which look like files that can't be read. */
function filesIn(dropped: DataTransfer | null): readonly File[] {
  const items = [...(dropped?.items ?? [])].filter(({ kind }) => kind === 'file');
  const isFolder = (item: DataTransferItem): boolean =>
    item.webkitGetAsEntry()?.isDirectory === true;
  if (items.some(isFolder)) {
    showToast(t`Folders can’t be attached. Drop the files in them instead.`, { tone: 'danger' });
  }
  return items.flatMap((item) => (isFolder(item) ? [] : (item.getAsFile() ?? [])));
}
