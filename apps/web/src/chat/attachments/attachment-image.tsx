import { t } from '@lingui/core/macro';
import { ImageOff } from 'lucide-react';
import type { Attachment } from '@postern/protocol';
import type { ReactElement } from 'react';
import type { ChatPlace } from '../../state/private-chats.ts';
import { useImageAddress } from './content.ts';

/** An image with its space reserved while it loads, or a placeholder if it can't be shown. */
export function AttachmentImage(props: {
  readonly place: ChatPlace;
  readonly attachment: Attachment;
  /** Empty if the name is next to it. */
  readonly alt: string;
  readonly className: string;
}): ReactElement {
  const { place, attachment, alt, className } = props;
  const { width = 1, height = 1 } = attachment;
  const address = useImageAddress(place, attachment);
  if (typeof address === 'object') {
    return (
      <span className={`${className} image-missing`}>
        <ImageOff aria-hidden="true" size={18} />
        <span className={alt === '' ? 'visually-hidden' : undefined}>
          {missingText(address.code)}
        </span>
      </span>
    );
  }
  return (
    <img
      className={className}
      src={address ?? placeholderOf(width, height)}
      alt={alt}
      width={width}
      height={height}
      loading="lazy"
      decoding="async"
      // Dropped on the page, it would be attached again.
      draggable={false}
    />
  );
}

/** An empty image of the same size: without one, a browser shows the sign of a broken image while it loads. */
function placeholderOf(width: number, height: number): string {
  // eslint-disable-next-line lingui/no-unlocalized-strings -- markup
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Why an attachment isn't there, without alarm: its chat can be read without it. */
function missingText(code: string | undefined): string {
  return code === 'ATTACHMENT_NOT_FOUND' ? t`No longer stored` : t`Can’t be loaded`;
}
