import { t } from '@lingui/core/macro';
import type { Message, MessageId } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { createStore, useSelected } from '../state/store.ts';
import { formatDate } from '../languages/formats.ts';
import { openChat, type OpenChat } from './chat.ts';
import { useRetry } from './use-retry.ts';

/** A longer wait isn’t counted down: it may be a mistake of the server, and a retry is possible at any time. */
const MAX_COUNTED_MS = 10 * 60_000;

/** The answers that are requested again when their wait is over, and the timers for that. */
const planned = createStore<ReadonlyMap<MessageId, ReturnType<typeof setTimeout>>>(new Map());

/** How long the provider still asks to wait, in milliseconds; 0 for other answers. */
export function useWaitMs({ failure }: Message): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  const untilMs = (failure?.atMs ?? 0) + (failure?.retryAfterMs ?? 0);
  // A clock that was set back must not make it longer.
  const waitMs = Math.min(failure?.retryAfterMs ?? 0, Math.max(0, untilMs - nowMs));
  const waits = waitMs > 0;
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(() => {
      setNowMs(Date.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [waits]);
  return waitMs;
}

/** Says how long to wait. Not a live region: it changes every second. */
export function RetryWait(props: {
  readonly message: Message;
  readonly waitMs: number;
}): ReactElement {
  const { message, waitMs } = props;
  const seconds = Math.ceil(waitMs / 1000);
  if (waitMs > MAX_COUNTED_MS) {
    const { atMs = 0, retryAfterMs = 0 } = message.failure ?? {};
    const until = new Date(atMs + retryAfterMs);
    const time = formatDate(until, { dateStyle: 'short', timeStyle: 'short' });
    return <span>{t`The provider asks to wait until ${time}.`}</span>;
  }
  const minutes = `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
  const left = seconds < 60 ? t`${seconds} s` : t`${minutes} min`;
  return <span className="retry-wait">{t`The provider asks to wait ${left}.`}</span>;
}

/** Requests the answer again when the wait is over, once, if the user chooses that. */
export function AutomaticRetry(props: {
  readonly open: OpenChat;
  readonly message: Message;
  readonly waitMs: number;
}): ReactElement | null {
  const { open, message, waitMs } = props;
  const isPlanned = useSelected(planned, (all) => all.has(message.id));
  const retry = useRetry(open, message);
  if (waitMs > MAX_COUNTED_MS || retry === undefined) return null;
  return (
    <Button
      look="quiet"
      aria-pressed={isPlanned}
      onClick={() => {
        if (isPlanned) cancel(message.id);
        else plan(open, message, waitMs, retry);
      }}
    >
      {isPlanned ? t`Don’t retry` : t`Retry when possible`}
    </Button>
  );
}

/** The retry isn’t bound to the component: messages far from the view are unmounted. */
function plan(open: OpenChat, { id }: Message, waitMs: number, retry: () => void): void {
  const timer = setTimeout(() => {
    cancel(id);
    const { run, tree } = open.chat.get();
    const isCurrent = openChat(open.id) === open && run === undefined;
    if (isCurrent && tree.byId.get(id)?.status === 'failed') retry();
  }, waitMs);
  planned.update((all) => new Map(all).set(id, timer));
}

function cancel(id: MessageId): void {
  clearTimeout(planned.get().get(id));
  planned.update((all) => new Map([...all].filter(([each]) => each !== id)));
}
