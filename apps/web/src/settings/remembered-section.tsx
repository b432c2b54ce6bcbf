import { t } from '@lingui/core/macro';
import type { BrowserView } from '@postern/protocol';
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { formatDate } from '../languages/formats.ts';
import {
  canBeRemembered,
  forgetThisBrowser,
  rememberBrowser,
  rememberedId,
} from '../session/remembered-browser.ts';

const DATE = { dateStyle: 'medium' } as const;

interface Remembered {
  readonly browsers: readonly BrowserView[] | undefined;
  readonly problem: RequestProblem | undefined;
  readonly change: (work: () => Promise<ApiResult<undefined>>) => Promise<void>;
}

function useRemembered(): Remembered {
  const [browsers, setBrowsers] = useState<readonly BrowserView[]>();
  const [problem, setProblem] = useState<RequestProblem>();
  const isChanging = useRef(false);
  const take = useCallback((listed: ApiResult<readonly BrowserView[]>): void => {
    if (listed.ok) setBrowsers(listed.value);
    else setProblem(listed.failure);
  }, []);
  useEffect(() => {
    void appApi.browsers().then(take);
  }, [take]);
  return {
    browsers,
    problem,
    change: async (work) => {
      if (isChanging.current) return;
      isChanging.current = true;
      const changed = await work();
      setProblem(changed.ok ? undefined : changed.failure);
      take(await appApi.browsers());
      isChanging.current = false;
    },
  };
}

/** Browsers that sign in without a link, with buttons to forget them. */
export function RememberedSection(): ReactElement {
  const { browsers, problem, change } = useRemembered();
  const heading = useRef<HTMLHeadingElement>(null);
  const count = browsers?.length;
  const before = useRef(count);
  useEffect(() => {
    // The button that was pressed is gone together with its row.
    if (before.current !== undefined && document.activeElement === document.body) {
      heading.current?.focus();
    }
    before.current = count;
  }, [count]);
  const mine = rememberedId();
  const isHere = browsers?.some(({ id }) => id === mine) === true;
  return (
    <section className="settings-section" aria-labelledby="remembered">
      <h2 id="remembered" ref={heading} tabIndex={-1}>
        {t`Remembered browsers`}
      </h2>
      <p className="settings-lead">
        {t`A remembered browser signs in without a link. Postern forgets it after 30 days without use, when it signs out, and when the passphrase, the recovery code or the data key changes.`}
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {browsers !== undefined && !isHere && canBeRemembered() && (
        <Row
          title={t`This browser`}
          text={t`Isn’t remembered. It needs a new link when its session ends.`}
          action={t`Remember`}
          label={t`Remember this browser`}
          onAction={() => void change(rememberBrowser)}
        />
      )}
      {browsers?.map(({ id, browser, rememberedAtMs, lastUsedAtMs }) => (
        <Row
          key={id}
          title={id === mine ? t`${browser} (this browser)` : browser}
          text={t`Remembered ${{ rememberedOn: formatDate(rememberedAtMs, DATE) }}. Last sign-in ${{ lastSignIn: formatDate(lastUsedAtMs, DATE) }}.`}
          action={t`Forget`}
          label={t`Forget ${browser}`}
          onAction={() =>
            void change(async () =>
              id === mine ? await forgetThisBrowser() : await appApi.forgetBrowser(id),
            )
          }
        />
      ))}
    </section>
  );
}

function Row(props: {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly label: string;
  readonly onAction: () => void;
}): ReactElement {
  return (
    <div className="settings-row">
      <div>
        <strong>{props.title}</strong>
        <p>{props.text}</p>
      </div>
      <Button aria-label={props.label} onClick={props.onAction}>
        {props.action}
      </Button>
    </div>
  );
}
