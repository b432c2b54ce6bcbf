import { t } from '@lingui/core/macro';
import { Volume2, VolumeX } from 'lucide-react';
import { plainText, type Message } from '@postern/protocol';
import { useEffect, type ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { useSelected, useStore } from '../state/store.ts';
import { formatNumbers } from './numbers.ts';
import { localVoices, readAloud, startReading, stopReading } from './read-aloud.ts';
import './chat-extras.css';

export { ChatMeter } from './chat-meter.tsx';

/** Tokens, speed and cost of an answer, and the button that reads it aloud. */
export function AnswerExtras({ message }: { readonly message: Message }): ReactElement {
  const numbers = formatNumbers(message);
  return (
    <>
      <ReadAloud message={message} />
      {numbers !== '' && <span className="usage">{numbers}</span>}
    </>
  );
}

function ReadAloud({ message }: { readonly message: Message }): ReactElement | null {
  const voices = useStore(localVoices);
  const isRead = useSelected(readAloud, (id) => id === message.id);
  useEffect(() => {
    if (!isRead) return undefined;
    return stopReading;
  }, [isRead]);
  const text = plainText(message.parts);
  if (voices.length === 0 || text === '') return null;
  return isRead ? (
    <IconButton label={t`Stop reading`} onClick={stopReading}>
      <VolumeX aria-hidden="true" size={16} />
    </IconButton>
  ) : (
    <IconButton
      label={t`Read aloud`}
      onClick={() => {
        startReading(message.id, text);
      }}
    >
      <Volume2 aria-hidden="true" size={16} />
    </IconButton>
  );
}
