import type { ReactElement } from 'react';

/** A tile with the provider's first letter. */
export function ProviderMonogram(props: { readonly label: string }): ReactElement {
  return (
    <span className="monogram" aria-hidden="true">
      {props.label.charAt(0).toUpperCase()}
    </span>
  );
}
