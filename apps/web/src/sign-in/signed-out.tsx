import type { ReactElement } from 'react';
import type { Problem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { CopyButton } from '../controls/copy-button.tsx';
import { Notice } from '../controls/notice.tsx';
import { Gate } from '../shell/gate.tsx';

const COMMAND = 'postern open';

/** Without a session: how to get one. */
export function SignedOut(props: {
  readonly problem: Problem | undefined;
  readonly onRetry: () => void;
}): ReactElement {
  return (
    <Gate
      title="Sign in again"
      lead={
        <p>
          This tab isn’t signed in: it was opened without a link, its session ended, or Postern was
          locked or restarted. Each tab needs its own link; your chats are safe.
        </p>
      }
    >
      {props.problem !== undefined && (
        <Notice tone="warning" title={props.problem.message}>
          A link works once and for a short time. Make a new one.
        </Notice>
      )}
      <div className="gate-card">
        <p>In a terminal on this machine, run</p>
        <div className="command">
          <code>{COMMAND}</code>
          <CopyButton text={COMMAND} label="Copy the command" />
        </div>
        <p className="quiet">
          and open the link that it prints. In a checkout the command is{' '}
          <code>npx postern open</code>.
        </p>
      </div>
      <div className="gate-actions">
        <Button onClick={props.onRetry}>Try again</Button>
      </div>
    </Gate>
  );
}
