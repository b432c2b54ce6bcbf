import { t } from '@lingui/core/macro';
import type { AppState } from '@postern/protocol';
import { useEffect, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { Notice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { LinkDialog } from '../markdown/link-dialog.tsx';
import type { Erased as ErasedPage } from '../vault/erased.tsx';
import { erasedPage } from '../vault/later-erased.ts';
import type { SignedOut as SignedOutPage } from '../sign-in/signed-out.tsx';
import { useLater } from '../state/later.ts';
import { useStore } from '../state/store.ts';
import { firstRunPage, signedOutPage, unlockPage } from './later-pages.ts';
import { showAppearance } from '../theme/theme.ts';
import { Gate } from '../controls/gate.tsx';
import { LostConnection } from './lost-connection.tsx';
import { Main } from './main.tsx';
import { checkLock, refresh, session, start, type Session } from '../session/session.ts';
import { Toasts } from '../controls/toasts.tsx';

export function App(): ReactElement {
  const now = useStore(session);
  const settings = now.at === 'open' ? now.state.settings : undefined;
  useEffect(() => {
    if (settings !== undefined) showAppearance(settings);
  }, [settings]);
  return (
    <>
      {now.at === 'open' && now.lost && <LostConnection />}
      <Screen now={now} />
      <LinkDialog />
      <Toasts />
    </>
  );
}

function Screen({ now }: { readonly now: Session }): ReactElement {
  const retry = (): void => {
    void start(undefined);
  };
  switch (now.at) {
    case 'starting':
      return <Starting />;
    case 'signed-out':
      return <SignedOut problem={now.problem} onRetry={retry} />;
    case 'failed':
      return (
        <Gate title={now.problem.message} lead={<p>{now.problem.remedy}</p>}>
          {now.problem.code !== undefined && <Notice>{now.problem.code}</Notice>}
          <div className="gate-actions">
            <Button look="primary" onClick={retry}>
              {t`Try again`}
            </Button>
          </div>
        </Gate>
      );
    case 'erased':
      return <Erased report={now.report} />;
    case 'open':
      if (now.firstRun) return <FirstRun state={now.state} />;
      if (now.state.phase === 'locked') return <Unlock state={now.state} />;
      if (now.state.phase === 'setup') return <FirstRun state={now.state} />;
      return <Main state={now.state} />;
  }
}

function Starting(): ReactElement {
  return (
    <main className="starting">
      <Spinner label={t`Loading…`} />
    </main>
  );
}

function FirstRun({ state }: { readonly state: AppState }): ReactElement {
  const page = useLater(firstRunPage, true);
  return page === undefined ? <Starting /> : <page.FirstRun state={state} />;
}

function Erased(props: Parameters<typeof ErasedPage>[0]): ReactElement {
  const page = useLater(erasedPage, true);
  return page === undefined ? <Starting /> : <page.Erased {...props} />;
}

function SignedOut(props: Parameters<typeof SignedOutPage>[0]): ReactElement {
  const page = useLater(signedOutPage, true);
  return page === undefined ? <Starting /> : <page.SignedOut {...props} />;
}

function Unlock({ state }: { readonly state: AppState }): ReactElement {
  const page = useLater(unlockPage, true);
  return page === undefined ? <Starting /> : <page.Unlock state={state} />;
}

const STATE_INTERVAL_MS = 5000;

/**
 * Checks every few seconds whether the vault has locked, and reloads the state when the tab becomes
 * visible again.
 */
export function keepStateFresh(): void {
  setInterval(() => {
    void checkLock();
  }, STATE_INTERVAL_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && session.get().at === 'open') void refresh();
  });
}
