import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { ArrowUp, HatGlasses, Square } from 'lucide-react';
import type { Conversation } from '@postern/protocol';
import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react';
import { filesOf, storedIn, useDraftFiles } from './attachments/draft-files.ts';
import { attachmentParts } from './attachments/later-attachments.ts';
import { isComposing } from '../controls/composition.ts';
import { IconButton } from '../controls/button.tsx';
import type { OfferedModel } from '../models/choose-model.ts';
import { ModelButton } from '../models/model-button.tsx';
import { models } from '../models/models.ts';
import { useModelFor } from '../models/use-model.ts';
import { usePrompts } from '../prompts/use-prompts.tsx';
import { Keys } from '../controls/keys.tsx';
import { useLater } from '../state/later.ts';
import { usePrivate, type ChatPlace } from '../state/private-chats.ts';
import { useStore } from '../state/store.ts';
import { stop } from './run-turn.ts';
import { answersOf, openChat, type Run } from './chat.ts';
import { useAskedModels } from './compared-models.ts';
import { onComposeRequest } from './compose-requests.ts';
import { getDraft, takeDraft, useDraft } from './drafts.ts';
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
  const { files, attached, parts } = useAttached(id, model);
  const area = useRef<HTMLTextAreaElement>(null);
  useComposeRequests(area, id, setDraft);
  const prompts = usePrompts({ area, place: id, text, onText: setDraft });
  const stopAnswer = useStop(id, run);
  const hasContent = attached === 'none' ? text.trim() !== '' : attached === 'ready';
  const { ready, send } = useSend(id, model, run === undefined && hasContent);
  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event) || prompts.takesKey(event)) return;
    const isEmpty = text === '' && attached === 'none';
    if (event.key === 'ArrowUp' && isEmpty && editLastQuestion(id)) event.preventDefault();
    if (!sends(event)) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className="composer"
      // Otherwise browsers store what is typed, to restore it with the page. For a text area, only its form counts.
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {prompts.menu}
      <div className="composer-box">
        {parts !== undefined && <parts.DraftFiles place={id} files={files} model={model} />}
        <MessageField
          area={area}
          place={id}
          text={text}
          onText={setDraft}
          onKeyDown={keyDown}
          onPaste={(event) => {
            if (parts?.pasteFiles(event, id, model) === true) event.preventDefault();
          }}
        />
        <ModelBar id={id} model={model} prompts={prompts.button}>
          <SendOrStop run={run} ready={ready} onStop={stopAnswer} />
        </ModelBar>
      </div>
      <Hint />
    </form>
  );
}

/** The models that answer, and the buttons at the end of the bar. */
function ModelBar(props: {
  readonly id: ChatPlace;
  readonly model: OfferedModel | undefined;
  readonly prompts: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const { id, model, prompts, children } = props;
  const compare = useLater(comparisonParts, true);
  const parts = useLater(attachmentParts, true);
  return (
    <>
      {compare !== undefined && <compare.ComparedModels id={id} model={model} />}
      <div className="composer-bar">
        <span className="attach-place">
          {parts !== undefined && <parts.AttachButton place={id} model={model} />}
        </span>
        <span className="attach-place">{prompts}</span>
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

/** Sends the message, if it is ready. */
function useSend(
  id: ChatPlace,
  model: OfferedModel | undefined,
  canBeSent: boolean,
): { readonly ready: boolean; readonly send: () => void } {
  const [sending, setSending] = useState(false);
  const ready = model !== undefined && canBeSent && !sending;
  const send = async (): Promise<void> => {
    if (!ready) return;
    setSending(true);
    const message = { text: getDraft(id), attachments: storedIn(filesOf(id)) };
    const putBack = takeDraft(id);
    const taken = await sendMessage(id, message, model);
    setSending(false);
    if (!taken) putBack();
  };
  return { ready, send: () => void send() };
}

/** The files of the message, and whether it can be sent with them. */
function useAttached(
  id: ChatPlace,
  model: OfferedModel | undefined,
): {
  readonly files: ReturnType<typeof useDraftFiles>;
  readonly attached: 'none' | 'ready' | 'refused';
  readonly parts: ReturnType<(typeof attachmentParts)['get']>;
} {
  const files = useDraftFiles(id);
  const parts = useLater(attachmentParts, true);
  const { groups } = useStore(models);
  const asked = useAskedModels(id, model);
  if (files.length === 0) return { files, attached: 'none', parts };
  const canSend = parts !== undefined && parts.refusalOf(files, asked, groups) === undefined;
  return { files, attached: canSend ? 'ready' : 'refused', parts };
}

function sends({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  if (key !== 'Enter') return false;
  return ctrlKey || metaKey || !(shiftKey || altKey || isTouch());
}

const ENTER = ['Enter'];
const SHIFT_ENTER = ['Shift', 'Enter'];
const SLASH = ['/'];

function Hint(): ReactElement {
  return (
    <p className="composer-hint">
      <Trans>
        <Keys keys={ENTER} /> to send, <Keys keys={SHIFT_ENTER} /> for a new line,{' '}
        <Keys keys={SLASH} /> for prompts
      </Trans>
    </p>
  );
}

function PrivateLabel(): ReactElement {
  return (
    <p className="composer-private">
      <HatGlasses aria-hidden="true" size={15} />
      <span>
        <Trans>
          <strong>Private chat.</strong> Stored nowhere; gone when you close this page.
        </Trans>
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
      label={t`Stop (Esc)`}
      tipAt="left"
      className="stop"
      disabled={isStopping(run)}
      onClick={onStop}
    >
      <Square aria-hidden="true" size={13} />
    </IconButton>
  ) : (
    <IconButton type="submit" label={t`Send`} tipAt="left" className="send" disabled={!ready}>
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
  readonly onPaste: (event: ClipboardEvent) => void;
}): ReactElement {
  const { area, place, text, onText, onKeyDown, onPaste } = props;
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
        placeholder={t`Write a message`}
        aria-label={t`Message`}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- typing is the main action of a chat
        autoFocus={!isTouch()}
        onChange={(event) => {
          onText(event.target.value);
        }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
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
        const draft = getDraft(place);
        const at = area.current?.selectionStart ?? draft.length;
        if (change !== undefined) setDraft(change(draft, at));
        area.current?.focus();
      }),
    [area, place, setDraft],
  );
}

/** Stops the answer, also on Esc. */
function useStop(id: ChatPlace, run: Run | undefined): () => void {
  const stopAnswer = useCallback(() => {
    if (id !== 'new' && id !== 'private') void stop(openChat(id));
  }, [id]);
  useEscapeStops(run?.at === 'answering' && !isStopping(run), stopAnswer);
  return stopAnswer;
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
