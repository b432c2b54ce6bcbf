import './attachment-viewer.css';
import { t } from '@lingui/core/macro';
import { ChevronLeft, ChevronRight, Download, Maximize2, Minimize2 } from 'lucide-react';
import type { Attachment } from '@postern/protocol';
import { useCallback, useEffect, useState, type ReactElement, type ReactNode } from 'react';
import type { RequestProblem } from '../../api/problem.ts';
import { Button, IconButton } from '../../controls/button.tsx';
import { CopyButton } from '../../controls/copy-button.tsx';
import { Dialog } from '../../controls/dialog.tsx';
import { ProblemNotice } from '../../controls/notice.tsx';
import { Spinner } from '../../controls/spinner.tsx';
import { showToast } from '../../controls/toasts.tsx';
import type { ChatPlace } from '../../state/private-chats.ts';
import { AttachmentImage } from './attachment-image.tsx';
import { downloadAttachment, isImage, readText, type ShownText } from './content.ts';
import { describeAttachment } from './describe-attachment.ts';

/** Shows an image or a text in a dialog. The arrow keys go to the other ones of the message. */
export function AttachmentViewer(props: {
  readonly place: ChatPlace;
  readonly attachments: readonly Attachment[];
  readonly first: Attachment;
  readonly onClose: () => void;
}): ReactElement | null {
  const { place, attachments, first, onClose } = props;
  const [shownAt, setShownAt] = useState(() => attachments.findIndex(({ id }) => id === first.id));
  const [isLarge, setLarge] = useState(false);
  const shown = attachments[shownAt];
  const turn = useCallback(
    (by: -1 | 1): void => {
      setShownAt((at) => Math.min(attachments.length - 1, Math.max(0, at + by)));
      setLarge(false);
    },
    [attachments.length],
  );
  // An enlarged image is scrolled with these keys.
  useArrowKeys(turn, !isLarge);
  if (shown === undefined) return null;
  return (
    <Dialog title={shown.name} className="attachment-viewer" onClose={onClose}>
      <div className="viewer-body">
        <ViewerBar place={place} attachment={shown} isLarge={isLarge} onLarge={setLarge}>
          {attachments.length > 1 && (
            <Turns at={shownAt} count={attachments.length} onTurn={turn} />
          )}
        </ViewerBar>
        {isImage(shown) ? (
          <ScrollBox className="viewer-image" label={t`Image`} isLarge={isLarge}>
            <AttachmentImage
              key={shown.id}
              place={place}
              attachment={shown}
              alt={shown.name}
              className="viewer-picture"
            />
          </ScrollBox>
        ) : (
          <TextContent key={shown.id} place={place} attachment={shown} />
        )}
        <p className="visually-hidden" role="status">
          {attachments.length > 1 &&
            t`${{ name: shown.name }}, ${{ now: shownAt + 1 }} of ${{ of: attachments.length }}`}
        </p>
      </div>
    </Dialog>
  );
}

/** The arrow keys, wherever the focus is; in a page from right to left, the next file is on the left. */
function useArrowKeys(turn: (by: -1 | 1) => void, isEnabled: boolean): void {
  useEffect(() => {
    if (!isEnabled) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      const isMirrored = getComputedStyle(document.documentElement).direction === 'rtl';
      event.preventDefault();
      turn((event.key === 'ArrowRight') === isMirrored ? -1 : 1);
    };
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', press);
    };
  }, [turn, isEnabled]);
}

function ScrollBox(props: {
  readonly className: string;
  readonly label: string;
  readonly isLarge?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  const { className, label, isLarge, children } = props;
  return (
    <div
      className={className}
      data-large={isLarge}
      role="region"
      aria-label={label}
      dir="auto"
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
      tabIndex={0}
    >
      {children}
    </div>
  );
}

function ViewerBar(props: {
  readonly place: ChatPlace;
  readonly attachment: Attachment;
  readonly isLarge: boolean;
  readonly onLarge: (isLarge: boolean) => void;
  readonly children: ReactNode;
}): ReactElement {
  const { place, attachment, isLarge, onLarge, children } = props;
  return (
    <div className="viewer-bar">
      <span className="viewer-about">{aboutOf(attachment)}</span>
      {children}
      {isImage(attachment) && (
        <IconButton
          label={isLarge ? t`Fit to window` : t`Actual size`}
          tipAt="below"
          onClick={() => {
            onLarge(!isLarge);
          }}
        >
          {isLarge ? (
            <Minimize2 aria-hidden="true" size={16} />
          ) : (
            <Maximize2 aria-hidden="true" size={16} />
          )}
        </IconButton>
      )}
      <Button onClick={() => void saveOrTell(place, attachment)}>
        <Download aria-hidden="true" size={15} />
        {t`Download`}
      </Button>
    </div>
  );
}

function Turns(props: {
  readonly at: number;
  readonly count: number;
  readonly onTurn: (by: -1 | 1) => void;
}): ReactElement {
  const { at, count, onTurn } = props;
  return (
    <span className="viewer-turns">
      <IconButton
        label={t`Previous file`}
        tipAt="below"
        aria-disabled={at === 0}
        onClick={() => {
          onTurn(-1);
        }}
      >
        <ChevronLeft className="mirrored" aria-hidden="true" size={17} />
      </IconButton>
      <span>
        {at + 1} / {count}
      </span>
      <IconButton
        label={t`Next file`}
        tipAt="below"
        aria-disabled={at === count - 1}
        onClick={() => {
          onTurn(1);
        }}
      >
        <ChevronRight className="mirrored" aria-hidden="true" size={17} />
      </IconButton>
    </span>
  );
}

function aboutOf(attachment: Attachment): string {
  const { width, height } = attachment;
  const about = describeAttachment(attachment);
  return width === undefined || height === undefined ? about : `${about} · ${width} × ${height}`;
}

function TextContent(props: {
  readonly place: ChatPlace;
  readonly attachment: Attachment;
}): ReactElement {
  const { place, attachment } = props;
  const [content, setContent] = useState<ShownText | RequestProblem>();
  useEffect(() => {
    const controller = new AbortController();
    void readText(place, attachment, controller.signal).then((read) => {
      if (!controller.signal.aborted) setContent(read.ok ? read.value : read.failure);
    });
    return () => {
      controller.abort();
    };
  }, [place, attachment]);
  if (content === undefined) return <Spinner label={t`Loading…`} />;
  if ('code' in content) return <ProblemNotice problem={content} announced={false} />;
  return (
    <>
      {!content.isWhole && (
        <p className="quiet">{t`Only the beginning is shown. Download the file to see all of it.`}</p>
      )}
      <div className="viewer-copy">
        <CopyButton text={content.text} label={t`Copy text`} tipAt="left" />
      </div>
      <ScrollBox className="viewer-text" label={t`Text`}>
        {content.text}
      </ScrollBox>
    </>
  );
}

/** Saves a file, or says why that failed. */
export async function saveOrTell(place: ChatPlace, attachment: Attachment): Promise<void> {
  const saved = await downloadAttachment(place, attachment);
  if (!saved.ok) {
    showToast(
      t`Couldn’t download ${{ name: attachment.name }}. ${{ reason: saved.failure.message }}`,
      { tone: 'danger' },
    );
  }
}
