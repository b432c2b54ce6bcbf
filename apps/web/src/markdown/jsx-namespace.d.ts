import type { JSX as ReactJsx } from 'react';

// hast-util-to-jsx-runtime reads its types from the global namespace, which React 19 dropped.
declare global {
  namespace JSX {
    type Element = ReactJsx.Element;
    type ElementClass = ReactJsx.ElementClass;
    type IntrinsicElements = ReactJsx.IntrinsicElements;
  }
}
