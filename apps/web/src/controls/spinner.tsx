import type { ReactElement } from 'react';

export function Spinner(props: { readonly label?: string }): ReactElement {
  return props.label === undefined ? (
    <span className="spinner" aria-hidden="true" />
  ) : (
    <span className="spinner" role="status" aria-label={props.label} />
  );
}
