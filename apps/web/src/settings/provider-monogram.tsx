import type { ReactElement } from 'react';

/** A provider's first letter on a tile; its name stands beside it. */
export function ProviderMonogram(props: { readonly label: string }): ReactElement {
  return (
    <span className="monogram" aria-hidden="true">
      {props.label.charAt(0).toUpperCase()}
    </span>
  );
}
