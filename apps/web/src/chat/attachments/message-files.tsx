import { t } from '@lingui/core/macro';
import { Download } from 'lucide-react';
import type { Attachment } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import type { ChatPlace } from '../../state/private-chats.ts';
import { AttachmentImage } from './attachment-image.tsx';
import { AttachmentViewer, saveOrTell } from './attachment-viewer.tsx';
import { isImage } from './content.ts';
import { describeAttachment } from './describe-attachment.ts';
import { FileIcon } from './file-icon.tsx';

/** The files of a message: its images, and the other files as buttons that show or save them. */
export function MessageFiles(props: {
  readonly place: ChatPlace;
  readonly attachments: readonly Attachment[];
}): ReactElement {
  const { place, attachments } = props;
  const [viewed, setViewed] = useState<Attachment>();
  const images = attachments.filter(isImage);
  const others = attachments.filter((attachment) => !isImage(attachment));
  return (
    <div className="message-files">
      {images.length > 0 && (
        <ul className="message-images" data-alone={images.length === 1} aria-label={t`Images`}>
          {images.map((image) => (
            <li key={image.id}>
              <ImageButton place={place} attachment={image} onView={setViewed} />
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul className="message-documents" aria-label={t`Files`}>
          {others.map((file) => (
            <li key={file.id}>
              <DocumentButton place={place} attachment={file} onView={setViewed} />
            </li>
          ))}
        </ul>
      )}
      {viewed !== undefined && (
        <AttachmentViewer
          place={place}
          attachments={attachments.filter(canBeViewed)}
          first={viewed}
          onClose={() => {
            setViewed(undefined);
          }}
        />
      )}
    </div>
  );
}

/** A PDF can only be saved: no viewer of the browser runs inside of the page. */
export function canBeViewed({ mediaType }: Attachment): boolean {
  return mediaType !== 'application/pdf';
}

interface FileButtonProps {
  readonly place: ChatPlace;
  readonly attachment: Attachment;
  readonly onView: (attachment: Attachment) => void;
}

function ImageButton(props: FileButtonProps): ReactElement {
  const { place, attachment, onView } = props;
  const { name } = attachment;
  return (
    <button
      type="button"
      className="message-image"
      aria-label={t`Open ${name}`}
      aria-haspopup="dialog"
      onClick={() => {
        onView(attachment);
      }}
    >
      <AttachmentImage
        place={place}
        attachment={attachment}
        alt={attachment.name}
        className="message-picture"
      />
    </button>
  );
}

function DocumentButton(props: FileButtonProps): ReactElement {
  const { place, attachment, onView } = props;
  const views = canBeViewed(attachment);
  return (
    <button
      type="button"
      className="file-card"
      aria-haspopup={views ? 'dialog' : undefined}
      onClick={() => {
        if (views) onView(attachment);
        else void saveOrTell(place, attachment);
      }}
    >
      <FileIcon mediaType={attachment.mediaType} />
      <span className="visually-hidden">{views ? t`Open` : t`Download`} </span>
      <FileText attachment={attachment} />
      {!views && <Download aria-hidden="true" size={15} />}
    </button>
  );
}

/** The name of a file, and what it is. */
export function FileText({ attachment }: { readonly attachment: Attachment }): ReactElement {
  return (
    <span className="file-text">
      <bdi className="file-name">{attachment.name}</bdi>
      <span className="file-about">{describeAttachment(attachment)}</span>
    </span>
  );
}
