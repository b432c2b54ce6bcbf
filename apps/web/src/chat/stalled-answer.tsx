import { t } from '@lingui/core/macro';
import type { Message } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { Notice } from '../controls/notice.tsx';
import { useSelected, useStore } from '../state/store.ts';
import { answersOf, liveAnswer, type OpenChat } from './chat.ts';
import { stop } from './run-turn.ts';
import { retryAnswer } from './send.ts';
import { useModelFor } from '../models/use-model.ts';

/** Without an event for this long, the page says that nothing arrives. */
const STALLED_AFTER_MS = 30_000;

/** Says that nothing has arrived for a while, and offers to stop. */
export function StalledAnswer(props: {
  readonly open: OpenChat;
  readonly message: Message;
}): ReactElement | null {
  const { open, message } = props;
  const live = useStore(liveAnswer(open, message.id));
  const [silent, setSilent] = useState<unknown>();
  const conversation = useSelected(open.chat, (chat) => chat.conversation);
  const model = useModelFor(open.id, conversation);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSilent(live);
    }, STALLED_AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [live]);
  return (
    <div aria-live="polite">
      {silent === live && (
        <Notice
          title={t`Nothing has arrived for 30 seconds.`}
          actions={
            <>
              <Button onClick={() => void stop(open, message.id)}>{t`Stop`}</Button>
              {model !== undefined && (
                <Button
                  onClick={() => {
                    void stopAndRetry(open, message, model);
                  }}
                >
                  {t`Try again`}
                </Button>
              )}
            </>
          }
        >
          <span>{t`The model may still be thinking, or the connection may be lost.`}</span>
        </Notice>
      )}
    </div>
  );
}

async function stopAndRetry(
  open: OpenChat,
  message: Message,
  model: Parameters<typeof retryAnswer>[2],
): Promise<void> {
  await stop(open, message.id);
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (answersOf(open.chat.get().run).has(message.id)) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = open.chat.subscribe(check);
    check();
  });
  const stopped = open.chat.get().tree.byId.get(message.id);
  if (stopped !== undefined) await retryAnswer(open, stopped, model);
}
