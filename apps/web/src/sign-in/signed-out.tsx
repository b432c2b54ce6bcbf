import type { ReactElement } from 'react';
import type { Problem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { CopyButton } from '../controls/copy-button.tsx';
import { Notice } from '../controls/notice.tsx';
import { Gate } from '../shell/gate.tsx';

const COMMAND = 'postern open';

/** Explains how to get a session. */
export function SignedOut(props: {
  readonly problem: Problem | undefined;
  readonly onRetry: () => void;
}): ReactElement {
  return (
    <Gate
      title="Sign in again"
      lead={
        <p>
          This tab isn’t signed in. Either its session ended, Postern was locked or restarted, or
          you opened the page without a sign-in link. Your chats are safe.
        </p>
      }
    >
      {props.problem !== undefined && (
        <Notice tone="warning" title={props.problem.message}>
          Each link works once and expires quickly. Get a new one.
        </Notice>
      )}
      <div className="gate-card">
        <p>Run this command in a terminal on this machine:</p>
        <div className="command">
          <code>{COMMAND}</code>
          <CopyButton text={COMMAND} label="Copy command" />
        </div>
        <p className="quiet">
          Then open the link it prints. Every tab needs its own link. In a source checkout, run{' '}
          <code>npx postern open</code>.
        </p>
      </div>
      <div className="gate-actions">
        <Button onClick={props.onRetry}>Try again</Button>
      </div>
    </Gate>
  );
}
