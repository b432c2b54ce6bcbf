import { t } from '@lingui/core/macro';
import type { Attachment } from '@postern/protocol';
import type { ReactElement } from 'react';
import type { ChatPlace } from '../../state/private-chats.ts';
import { AttachmentImage } from './attachment-image.tsx';
import { saveOrTell } from './attachment-viewer.tsx';
import { isImage } from './content.ts';
import { FileIcon } from './file-icon.tsx';
import { canBeViewed, FileText } from './message-files.tsx';

/** The content of a chip: opens or saves the file. */
export function StoredFile(props: {
  readonly place: ChatPlace;
  readonly attachment: Attachment;
  readonly onView: (attachment: Attachment) => void;
}): ReactElement {
  const { place, attachment, onView } = props;
  const views = canBeViewed(attachment);
  return (
    <button
      type="button"
      className="file-open"
      aria-haspopup={views ? 'dialog' : undefined}
      onClick={() => {
        if (views) onView(attachment);
        else void saveOrTell(place, attachment);
      }}
    >
      {isImage(attachment) ? (
        <AttachmentImage place={place} attachment={attachment} alt="" className="file-thumbnail" />
      ) : (
        <FileIcon mediaType={attachment.mediaType} />
      )}
      <span className="visually-hidden">{views ? t`Open` : t`Download`} </span>
      <FileText attachment={attachment} />
    </button>
  );
}
