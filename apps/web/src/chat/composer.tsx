import { ArrowUp, HatGlasses, Square } from 'lucide-react';
import type { Conversation } from '@postern/protocol';
import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react';
import { isComposing } from '../controls/composition.ts';
import { IconButton } from '../controls/button.tsx';
import type { OfferedModel } from '../models/choose-model.ts';
import { ModelButton } from '../models/model-button.tsx';
import { useModelFor } from '../models/use-model.ts';
import { Keys } from '../controls/keys.tsx';
import { useLater } from '../state/later.ts';
import { usePrivate, type ChatPlace } from '../state/private-chats.ts';
import { stop } from './run-turn.ts';
import { answersOf, openChat, type Run } from './chat.ts';
import { onComposeRequest } from './compose-requests.ts';
import { getDraft, useDraft } from './drafts.ts';
import { comparisonParts } from './later-comparison.ts';
import { editLastQuestion, sendMessage } from './send.ts';

/** The message field with its model button and its Send or Stop button. */
export function Composer(props: {
  readonly id: ChatPlace;
  readonly conversation: Conversation | undefined;
  readonly run: Run | undefined;
}): ReactElement {
  const { id, conversation, run } = props;
  const model = useModelFor(id, conversation);
  const [text, setDraft] = useDraft(id);
  const [sending, setSending] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useComposeRequests(area, id, setDraft);
  const stopAnswer = useCallback(() => {
    if (id !== 'new' && id !== 'private') void stop(openChat(id));
  }, [id]);
  useEscapeStops(run?.at === 'answering' && !isStopping(run), stopAnswer);

  const ready = text.trim() !== '' && model !== undefined && !sending && run === undefined;
  const send = async (): Promise<void> => {
    if (!ready) return;
    setSending(true);
    setDraft('');
    const taken = await sendMessage(id, text, model);
    setSending(false);
    // Restore a rejected message, unless the user has typed something new.
    if (!taken && getDraft(id) === '') setDraft(text);
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === 'ArrowUp' && text === '' && editLastQuestion(id)) event.preventDefault();
    if (event.key !== 'Enter') return;
    const forced = event.ctrlKey || event.metaKey;
    if (!forced && (event.shiftKey || event.altKey || isTouch())) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      className="composer"
      // Otherwise browsers store what is typed, to restore it with the page. For a text area, only its form counts.
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="composer-box">
        <MessageField area={area} place={id} text={text} onText={setDraft} onKeyDown={keyDown} />
        <ModelBar id={id} model={model}>
          <SendOrStop run={run} ready={ready} onStop={stopAnswer} />
        </ModelBar>
      </div>
      <p className="composer-hint">
        <Keys keys={['Enter']} /> to send, <Keys keys={['Shift', 'Enter']} /> for a new line
      </p>
    </form>
  );
}

/** The models that answer, and the buttons at the end of the bar. */
function ModelBar(props: {
  readonly id: ChatPlace;
  readonly model: OfferedModel | undefined;
  readonly children: ReactNode;
}): ReactElement {
  const { id, model, children } = props;
  const compare = useLater(comparisonParts, true);
  return (
    <>
      {compare !== undefined && <compare.ComparedModels id={id} model={model} />}
      <div className="composer-bar">
        <ModelButton id={id} model={model} />
        {compare !== undefined && <compare.CompareButton id={id} model={model} />}
        <span className="grow" />
        {children}
      </div>
    </>
  );
}

/** Whether all running answers are being stopped. */
function isStopping(run: Run): boolean {
  return [...answersOf(run).values()].every(({ stopping }) => stopping);
}

function PrivateLabel(): ReactElement {
  return (
    <p className="composer-private">
      <HatGlasses aria-hidden="true" size={15} />
      <span>
        <strong>Private chat.</strong> Stored nowhere; gone when you close this page.
      </span>
    </p>
  );
}

function SendOrStop(props: {
  readonly run: Run | undefined;
  readonly ready: boolean;
  readonly onStop: () => void;
}): ReactElement {
  const { run, ready, onStop } = props;
  return run?.at === 'answering' ? (
    <IconButton
      label="Stop (Esc)"
      tipAt="left"
      className="stop"
      disabled={isStopping(run)}
      onClick={onStop}
    >
      <Square aria-hidden="true" size={13} />
    </IconButton>
  ) : (
    <IconButton type="submit" label="Send" tipAt="left" className="send" disabled={!ready}>
      <ArrowUp aria-hidden="true" size={18} />
    </IconButton>
  );
}

function MessageField(props: {
  readonly area: { readonly current: HTMLTextAreaElement | null };
  readonly place: ChatPlace;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}): ReactElement {
  const { area, place, text, onText, onKeyDown } = props;
  const isPrivate = usePrivate(place);
  useEffect(() => {
    if (area.current !== null) growWithText(area.current);
  }, [area, text]);
  return (
    <>
      {isPrivate && <PrivateLabel />}
      <textarea
        ref={area}
        rows={1}
        dir="auto"
        value={text}
        placeholder="Write a message"
        aria-label="Message"
        // eslint-disable-next-line jsx-a11y/no-autofocus -- typing is the main action of a chat
        autoFocus={!isTouch()}
        onChange={(event) => {
          onText(event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
    </>
  );
}

function useComposeRequests(
  area: { readonly current: HTMLTextAreaElement | null },
  place: ChatPlace,
  setDraft: (text: string) => void,
): void {
  useEffect(
    () =>
      onComposeRequest((change) => {
        if (change !== undefined) setDraft(change(getDraft(place)));
        area.current?.focus();
      }),
    [area, place, setDraft],
  );
}

/** Stops the answer on Esc, unless a dialog is open. */
function useEscapeStops(running: boolean, stopAnswer: () => void): void {
  useEffect(() => {
    if (!running) return undefined;
    const press = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || isComposing(event)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      stopAnswer();
    };
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', press);
    };
  }, [running, stopAnswer]);
}

/** Grows the field with its text in browsers without `field-sizing`. */
function growWithText(area: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return;
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}

/** On touch screens Enter has to add a line, because there is no Shift+Enter. */
function isTouch(): boolean {
  return window.matchMedia('(pointer: coarse)').matches;
}
