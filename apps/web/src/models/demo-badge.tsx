import { t } from '@lingui/core/macro';
import type { ReactElement } from 'react';

/** Marks answers of the built-in demo, so that it isn't mistaken for a model. */
export function DemoBadge(): ReactElement {
  return <span className="demo-badge">{t`Offline demo`}</span>;
}
