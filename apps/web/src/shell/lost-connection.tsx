import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState, type ReactElement } from 'react';
import { Unplug } from 'lucide-react';
import { Button } from '../controls/button.tsx';
import { refresh } from '../session/session.ts';

const RETRY_MS = 3000;

/** Covers the top of the page while Postern can’t be reached, and retries until it can. */
export function LostConnection(): ReactElement {
  const [retrying, setRetrying] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => {
      void refresh();
    }, RETRY_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const retry = async (): Promise<void> => {
    setRetrying(true);
    await refresh();
    setRetrying(false);
  };
  return (
    <div className="lost" role="alert">
      <Unplug aria-hidden="true" size={16} />
      <span>
        <strong>{t`Postern isn’t running.`}</strong>{' '}
        <Trans>
          Start it with <code>postern up</code>. Your unsent text is kept.
        </Trans>
      </span>
      <Button
        busy={retrying}
        onClick={() => {
          void retry();
        }}
      >
        {t`Try again`}
      </Button>
    </div>
  );
}
