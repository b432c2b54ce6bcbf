import type { ReactElement } from 'react';

/** Postern's logo: a small gate in a wall, its door ajar. */
export function Mark(props: { readonly size?: number }): ReactElement {
  const { size = 28 } = props;
  return (
    <svg className="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <path className="mark-wall" d="M5 28.5V14.5a11 11 0 0 1 22 0v14z" />
      <path className="mark-light" d="M9.5 28.5V14.5a6.5 6.5 0 0 1 13 0v14z" />
      <path className="mark-door" d="M9.5 28.5V14.5A6.5 6.5 0 0 1 15.2 8l2.3 3.4v19.3z" />
      <circle className="mark-ring" cx="15" cy="20" r="1.15" />
    </svg>
  );
}
