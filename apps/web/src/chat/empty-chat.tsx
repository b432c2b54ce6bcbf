import type { ReactElement } from 'react';
import { Mark } from '../shell/mark.tsx';
import { proposeDraft } from './compose-requests.ts';

const IDEAS = [
  'Explain what a postern gate was for',
  'Show me a table, some code and a formula',
  'Help me name a small project',
] as const;

/** What a chat looks like before its first word. */
export function EmptyChat(): ReactElement {
  return (
    <div className="empty-chat">
      <Mark size={52} />
      <p className="empty-title">{greeting(new Date().getHours())}</p>
      <p className="empty-words">
        What you write stays on this machine and goes only to the model you pick.
      </p>
      <ul className="ideas" aria-label="Ideas to begin with">
        {IDEAS.map((idea) => (
          <li key={idea}>
            <button
              type="button"
              onClick={() => {
                proposeDraft(idea);
              }}
            >
              {idea}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function greeting(hour: number): string {
  if (hour < 5) return 'Still up?';
  if (hour < 12) return 'Good morning.';
  return hour < 18 ? 'Good afternoon.' : 'Good evening.';
}
