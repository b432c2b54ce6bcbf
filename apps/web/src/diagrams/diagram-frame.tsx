import { t } from '@lingui/core/macro';
import { useEffect, useRef, type ReactElement } from 'react';
import { connectFrame, type FrameConnection, type Outcome } from './connect-frame.ts';
import type { DiagramLook } from './diagram-messages.ts';

/** Only this address may be a frame of the page. The server sends it with a policy of its own. */
const ADDRESS = '/diagram.html';

/**
 * The frame that draws a diagram. It has no part in the page: without `allow-same-origin` its scripts have an
 * origin of their own, it can't be focused or pressed, and assistive technology reads the code instead.
 */
export function DiagramFrame(props: {
  readonly source: string;
  readonly look: DiagramLook;
  readonly onOutcome: (outcome: Outcome) => void;
  /** Takes a picture, a PNG file, and is told undefined if that fails. */
  readonly onPicture?: ((png: ArrayBuffer | undefined) => void) | undefined;
}): ReactElement {
  const { source, look, onOutcome, onPicture } = props;
  const frame = useRef<HTMLIFrameElement>(null);
  const connection = useRef<FrameConnection>(undefined);
  useEffect(() => {
    if (frame.current === null) return undefined;
    const made = connectFrame(frame.current, onOutcome);
    connection.current = made;
    return made.close;
  }, [onOutcome]);
  useEffect(() => {
    connection.current?.draw(source, look);
  }, [source, look, onOutcome]);
  useEffect(() => {
    if (onPicture !== undefined) void connection.current?.takePicture().then(onPicture);
  }, [onPicture]);
  return (
    <iframe
      ref={frame}
      className="diagram-frame"
      title={t`Diagram`}
      src={ADDRESS}
      sandbox="allow-scripts"
      allow="camera 'none'; microphone 'none'; geolocation 'none'; clipboard-write 'none'"
      referrerPolicy="no-referrer"
      tabIndex={-1}
      aria-hidden="true"
      inert
    />
  );
}
