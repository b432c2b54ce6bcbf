import type { TransProps } from '@lingui/react';
import { TransNoContext } from '@lingui/react/server';
import type { ReactElement } from 'react';
import { lingui } from './i18n.ts';

/** What the macro `Trans` becomes. Values are shown as they are: `<0>` in a user’s text isn’t a tag. */
export function Trans({ values = {}, ...others }: TransProps): ReactElement {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    shown[name] = typeof value === 'string' ? <>{value}</> : value;
  }
  return <TransNoContext {...others} values={shown} lingui={{ i18n: lingui }} />;
}
