import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { ErrorCodeName } from '@postern/protocol';
import type { ReactElement } from 'react';
import { i18n } from '../languages/i18n.ts';
import { navigate, useRoute, type Route, type SettingsSection } from '../navigation/route.ts';
import { Button } from './button.tsx';

interface Fix {
  readonly label: MessageDescriptor;
  readonly section: SettingsSection;
}

const PROVIDERS: Fix = { label: msg`Open providers`, section: 'providers' };

/** Where a problem can be fixed. */
const FIXES: Readonly<Partial<Record<ErrorCodeName, Fix>>> = {
  UPSTREAM_NO_KEY: PROVIDERS,
  UPSTREAM_KEY_REFUSED: PROVIDERS,
  UPSTREAM_PLAN_TOKEN: PROVIDERS,
  UPSTREAM_INSECURE: PROVIDERS,
  UPSTREAM_ADDRESS_INVALID: PROVIDERS,
  UPSTREAM_ADDRESS_PRIVATE: PROVIDERS,
  UPSTREAM_ADDRESS_FORBIDDEN: PROVIDERS,
  PROVIDER_UNKNOWN: PROVIDERS,
  UPSTREAM_NOT_LOCAL: { label: msg`Open privacy`, section: 'privacy' },
  ATTACHMENTS_FULL: { label: msg`Open trash`, section: 'trash' },
  LIBRARY_FULL: { label: msg`Open library`, section: 'library' },
  DISK_FULL: { label: msg`Open storage`, section: 'storage' },
};

/** The button that leads to where a problem can be fixed; nothing if there is no such place, or it is here. */
export function ProblemFix({
  code,
}: {
  readonly code: ErrorCodeName | undefined;
}): ReactElement | null {
  const route: Route = useRoute();
  const fix = code === undefined ? undefined : FIXES[code];
  if (fix === undefined) return null;
  const { label, section } = fix;
  if (route.at === 'settings' && route.section === section) return null;
  return (
    <Button
      onClick={() => {
        navigate({ at: 'settings', section });
      }}
    >
      {i18n._(label)}
    </Button>
  );
}
