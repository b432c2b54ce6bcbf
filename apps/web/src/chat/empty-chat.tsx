import { msg, t } from '@lingui/core/macro';
import type { ReactElement } from 'react';
import { Mark } from '../controls/mark.tsx';
import { i18n } from '../languages/i18n.ts';
import { proposeDraft } from './compose-requests.ts';

const SUGGESTIONS = [
  msg`Explain what a postern gate was for`,
  msg`Show me a table, some code and a formula`,
  msg`Help me name a small project`,
] as const;

/** A chat without messages. */
export function EmptyChat({ isPrivate }: { readonly isPrivate: boolean }): ReactElement {
  return (
    <div className="empty-chat">
      <Mark size={52} />
      <p className="empty-title">{greeting(new Date().getHours())}</p>
      <p className="empty-text">
        {isPrivate
          ? t`This chat stays in memory. It isn’t stored, searched or backed up, and is gone when you close this page. The model you choose gets your messages.`
          : t`Your chats are stored on this machine. Messages go only to the model you choose.`}
      </p>
      <ul className="suggestions" aria-label={t`Suggestions`}>
        {SUGGESTIONS.map((text) => i18n._(text)).map((suggestion) => (
          <li key={suggestion}>
            <button
              type="button"
              onClick={() => {
                proposeDraft(suggestion);
              }}
            >
              {suggestion}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function greeting(hour: number): string {
  if (hour >= 5 && hour < 12) return t`Good morning.`;
  return hour >= 12 && hour < 18 ? t`Good afternoon.` : t`Good evening.`;
}
