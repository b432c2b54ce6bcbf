import type { ReactElement } from 'react';
import { CopyButton } from './copy-button.tsx';

/** A command or an address with a button that copies it. */
export function CopyField(props: { readonly text: string; readonly label: string }): ReactElement {
  return (
    <div className="copy-field">
      <code>{props.text}</code>
      <CopyButton text={props.text} label={props.label} />
    </div>
  );
}
