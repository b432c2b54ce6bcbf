import { t } from '@lingui/core/macro';
import { ImageIcon } from 'lucide-react';
import type { MouseEvent, ReactElement, ReactNode } from 'react';
import { openableAddress } from './link-address.ts';
import { linkRequest } from './link-request.ts';

/** A link that opens only after the user has seen and confirmed the full URL. */
export function SafeLink(props: {
  readonly href?: string | undefined;
  readonly children?: ReactNode;
}): ReactElement {
  const address = openableAddress(props.href);
  if (address === undefined) return <span className="md-dead-link">{props.children}</span>;
  const ask = (event: MouseEvent): void => {
    event.preventDefault();
    linkRequest.set(address);
  };
  return (
    <a
      href={address.href}
      target="_blank"
      rel="noopener noreferrer"
      draggable={false}
      onClick={ask}
      onAuxClick={ask}
    >
      {props.children}
    </a>
  );
}

/** Replaces an image, which is never fetched, with its alternative text and host. */
export function ImageLink(props: {
  readonly src?: string | undefined;
  readonly alt?: string | undefined;
}): ReactElement {
  const address = openableAddress(props.src);
  const text = props.alt === undefined || props.alt === '' ? t`Image` : props.alt;
  const label = (
    <span className="md-image">
      <ImageIcon aria-hidden="true" size={14} />
      <span>{text}</span>
      {address !== undefined && <span className="md-image-host">{address.host}</span>}
    </span>
  );
  return address === undefined ? label : <SafeLink href={address.href}>{label}</SafeLink>;
}

/** A footnote mark or back link: scrolls inside the answer and leaves the URL unchanged. */
export function FootnoteLink(props: {
  readonly target: string;
  readonly label: string | undefined;
  readonly children?: ReactNode;
}): ReactElement {
  const go = (event: MouseEvent<HTMLButtonElement>): void => {
    const answer = event.currentTarget.closest('.md');
    answer?.querySelector(`#${CSS.escape(props.target)}`)?.scrollIntoView({ block: 'center' });
  };
  return (
    <button type="button" className="md-footnote" aria-label={props.label} onClick={go}>
      {props.children}
    </button>
  );
}
