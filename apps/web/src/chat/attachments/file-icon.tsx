import { FileText, Image, NotebookText } from 'lucide-react';
import { ATTACHMENT_TYPES, type Attachment } from '@postern/protocol';
import type { ReactElement } from 'react';

const ICONS = { image: Image, file: NotebookText, text: FileText } as const;

export function FileIcon({ mediaType }: Pick<Attachment, 'mediaType'>): ReactElement {
  const Icon = ICONS[ATTACHMENT_TYPES[mediaType].modality];
  return <Icon aria-hidden="true" size={18} />;
}
