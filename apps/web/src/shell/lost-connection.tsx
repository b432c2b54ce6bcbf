import { useEffect, useState, type ReactElement } from 'react';
import { Unplug } from 'lucide-react';
import { Button } from '../controls/button.tsx';
import { refresh } from './session.ts';

const RETRY_MS = 3000;

/** Over everything while nobody answers; asks again by itself and at a press. */
export function LostConnection(): ReactElement {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => {
      void refresh();
    }, RETRY_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const retry = async (): Promise<void> => {
    setAsking(true);
    await refresh();
    setAsking(false);
  };
  return (
    <div className="lost" role="alert">
      <Unplug aria-hidden="true" size={16} />
      <span>
        <strong>Postern is not running.</strong> Start it with <code>postern up</code>; what you
        typed here stays.
      </span>
      <Button
        busy={asking}
        onClick={() => {
          void retry();
        }}
      >
        Try again
      </Button>
    </div>
  );
}
