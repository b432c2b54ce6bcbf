import type { ReactElement } from 'react';

/** Marks whatever the built-in demo says, so that nobody takes it for a model. */
export function DemoBadge(): ReactElement {
  return <span className="demo-badge">Offline demo</span>;
}
