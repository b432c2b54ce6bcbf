import { t } from '@lingui/core/macro';
import { X } from 'lucide-react';
import type { Attachment } from '@postern/protocol';
import { useRef, useState, type ReactElement } from 'react';
import { IconButton } from '../../controls/button.tsx';
import type { ChatPlace } from '../../state/private-chats.ts';
import { AttachmentViewer } from './attachment-viewer.tsx';
import { canBeViewed } from './message-files.tsx';
import { StoredFile } from './stored-file.tsx';

/** The files that a question keeps while it is edited. Cancelling the edit brings removed ones back. */
export function KeptFiles(props: {
  readonly place: ChatPlace;
  readonly attachments: readonly Attachment[];
  readonly onRemove: (attachment: Attachment) => void;
}): ReactElement | null {
  const { place, attachments, onRemove } = props;
  const [viewed, setViewed] = useState<Attachment>();
  const list = useRef<HTMLUListElement>(null);
  if (attachments.length === 0) return null;
  return (
    <>
      <ul ref={list} className="file-chips kept-files" aria-label={t`Attachments`}>
        {attachments.map((attachment) => (
          <li key={attachment.id} className="file-chip" data-at="stored">
            <StoredFile place={place} attachment={attachment} onView={setViewed} />
            <IconButton
              label={t`Remove ${{ name: attachment.name }}`}
              onClick={() => {
                // The focus would be lost with the button.
                list.current?.closest('form')?.querySelector('textarea')?.focus();
                onRemove(attachment);
              }}
            >
              <X aria-hidden="true" size={15} />
            </IconButton>
          </li>
        ))}
      </ul>
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
    </>
  );
}
