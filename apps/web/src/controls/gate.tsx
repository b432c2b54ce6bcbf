import { t } from '@lingui/core/macro';
import type { ReactElement, ReactNode } from 'react';
import { LanguageButton } from './language-choice.tsx';
import { Mark } from './mark.tsx';

/** The layout of every screen before the chat: one centred column under the logo. */
export function Gate(props: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly wide?: boolean;
  readonly step?: { readonly now: number; readonly of: number };
  readonly children?: ReactNode;
}): ReactElement {
  const { title, lead, wide = false, step, children } = props;
  return (
    <main className="gate" data-wide={wide}>
      <div className="gate-column">
        <div className="gate-brand">
          <Mark size={36} />
          <span>Postern</span>
          {step !== undefined && <Steps {...step} />}
          <LanguageButton />
        </div>
        <h1>{title}</h1>
        {lead !== undefined && <div className="gate-lead">{lead}</div>}
        {children}
      </div>
    </main>
  );
}

function Steps(props: { readonly now: number; readonly of: number }): ReactElement {
  const { now, of } = props;
  return (
    <span className="gate-steps" role="img" aria-label={t`Step ${now} of ${of}`}>
      {Array.from({ length: of }, (_, index) => (
        <i key={index} data-state={index + 1 <= now ? 'reached' : 'ahead'} />
      ))}
    </span>
  );
}
