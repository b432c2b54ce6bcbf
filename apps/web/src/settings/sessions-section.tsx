import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { LogOut } from 'lucide-react';
import type { SessionView } from '@postern/protocol';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { formatDate } from '../languages/formats.ts';
import { signOut } from '../session/session.ts';

const TIME = { dateStyle: 'medium', timeStyle: 'short' } as const;

/** Signed-in browsers, with buttons to sign them out. */
export function SessionsSection(): ReactElement {
  const [sessions, setSessions] = useState<readonly SessionView[]>();
  const [problem, setProblem] = useState<RequestProblem>();
  const take = useCallback((listed: ApiResult<readonly SessionView[]>): void => {
    if (listed.ok) setSessions(listed.value);
    setProblem(listed.ok ? undefined : listed.failure);
  }, []);
  useEffect(() => {
    void appApi.sessions().then(take);
  }, [take]);
  const end = async (ending: Promise<ApiResult<undefined>>): Promise<void> => {
    const ended = await ending;
    if (ended.ok) take(await appApi.sessions());
    else setProblem(ended.failure);
  };
  const current = sessions?.find((each) => each.current);
  const others = sessions?.filter((each) => !each.current) ?? [];
  return (
    <section className="settings-section" aria-labelledby="sessions">
      <h2 id="sessions">{t`Sessions`}</h2>
      <p className="settings-lead">
        {t`These browsers are signed in. A session ends after a day, when Postern locks or stops, or when you change the passphrase or recovery code.`}
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {current !== undefined && (
        <Row session={current}>
          <Button onClick={() => void signOut()}>
            <LogOut className="mirrored" aria-hidden="true" size={15} />
            {t`Sign out`}
          </Button>
        </Row>
      )}
      {others.map((session) => (
        <Row key={session.id} session={session}>
          <Button
            aria-label={t`Sign out ${session.browser}`}
            onClick={() => void end(appApi.endSession(session.id))}
          >
            {t`Sign out`}
          </Button>
        </Row>
      ))}
      {others.length > 0 && (
        <div className="settings-row">
          <div>
            <strong>{t`Other browsers`}</strong>
            <p>{t`Sign out every browser except this one.`}</p>
          </div>
          <Button
            aria-label={t`Sign out other browsers`}
            onClick={() => void end(appApi.endOtherSessions())}
          >
            {t`Sign out`}
          </Button>
        </div>
      )}
    </section>
  );
}

function Row(props: {
  readonly session: SessionView;
  readonly children: ReactElement;
}): ReactElement {
  const { browser, current, beganAtMs, lastUsedAtMs } = props.session;
  const began = formatDate(beganAtMs, TIME);
  const lastUsed = formatDate(lastUsedAtMs, TIME);
  return (
    <div className="settings-row session">
      <div>
        <strong>{current ? t`${browser} (this browser)` : browser}</strong>
        <p>
          <Trans>
            Signed in {began}. Last used {lastUsed}.
          </Trans>
        </p>
      </div>
      {props.children}
    </div>
  );
}
