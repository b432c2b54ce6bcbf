import { t } from '@lingui/core/macro';
import { ScrollText, TriangleAlert } from 'lucide-react';
import type { ChatSettings, Conversation, ConversationId } from '@postern/protocol';
import type { ReactElement } from 'react';
import { settingsOpen } from './chat-settings.ts';
import { useModelFor } from '../models/use-model.ts';
import { useWarnings } from './use-warnings.ts';

/** Shows that a chat has a system prompt, and that its model doesn't take all settings. */
export function SettingsSign(props: {
  readonly id: ConversationId | 'new';
  readonly conversation: Conversation | undefined;
  readonly settings: ChatSettings;
}): ReactElement | null {
  const { id, conversation, settings } = props;
  const warnings = useWarnings(useModelFor(id, conversation), settings);
  const hasPrompt = settings.systemPrompt !== undefined;
  if (!hasPrompt && warnings.length === 0) return null;
  return (
    <button
      type="button"
      className="chat-settings-sign"
      aria-haspopup="dialog"
      onClick={() => {
        settingsOpen.set(true);
      }}
    >
      {hasPrompt && (
        <>
          <ScrollText aria-hidden="true" size={14} />
          <span className="chat-settings-sign-text">{t`System prompt`}</span>
        </>
      )}
      {warnings.length > 0 && (
        <>
          <TriangleAlert aria-hidden="true" size={14} className="chat-settings-sign-warning" />
          <span className="chat-settings-sign-text">{t`Not all settings are sent`}</span>
        </>
      )}
    </button>
  );
}
