import { t } from '@lingui/core/macro';
import { SlidersHorizontal } from 'lucide-react';
import type { Conversation, ConversationId } from '@postern/protocol';
import type { ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { useLater } from '../state/later.ts';
import { useStore } from '../state/store.ts';
import { NO_SETTINGS, settingsOpen, useChatSettings } from './chat-settings.ts';
import { settingsPanel } from './later-panel.ts';

/** Opens the settings of a chat, and shows whether it has some. */
export function SettingsButton(props: {
  readonly id: ConversationId | 'new';
  readonly conversation: Conversation | undefined;
}): ReactElement {
  const settings = useChatSettings(props.id);
  const open = useStore(settingsOpen);
  const later = useLater(settingsPanel, open || settings !== NO_SETTINGS);
  return (
    <>
      {later !== undefined && <later.SettingsSign {...props} settings={settings} />}
      <IconButton
        label={t`Chat settings`}
        tipAt="left"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          settingsOpen.set(true);
        }}
      >
        <SlidersHorizontal aria-hidden="true" size={17} />
      </IconButton>
      {open && later !== undefined && <later.SettingsPanel {...props} settings={settings} />}
    </>
  );
}
