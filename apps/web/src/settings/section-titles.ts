import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { SettingsSection } from '../navigation/route.ts';

export const SECTION_TITLES: Readonly<Record<SettingsSection, MessageDescriptor>> = {
  providers: msg`Providers`,
  library: msg`Library`,
  gateway: msg`Gateway`,
  appearance: msg`Appearance`,
  keyboard: msg`Keyboard`,
  privacy: msg`Privacy`,
  storage: msg`Storage`,
  import: msg`Import`,
  trash: msg`Trash`,
  sessions: msg`Sessions`,
};
