import { t } from '@lingui/core/macro';
import type { Message } from '@postern/protocol';
import { useId, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ModelPicker } from '../models/model-picker.tsx';
import { loadModels, models } from '../models/models.ts';
import { modelName, useModelName } from '../models/use-model.ts';
import { useSelected, useStore } from '../state/store.ts';
import { answersOf, chooseSibling, type OpenChat, type RunningAnswers } from './chat.ts';
import { CompareAgain } from './compare-again.tsx';
import { ComparisonStatus } from './comparison-status.tsx';
import { focusComposer } from './compose-requests.ts';
import { mergeOf } from './merge-question.ts';
import { MessageView } from './message-view.tsx';
import { stop } from './run-turn.ts';
import { mergeAnswers } from './send.ts';

interface ComparisonProps {
  readonly open: OpenChat;
  /** One for each column. */
  readonly answers: readonly Message[];
}

/** The answers of several models to one question, side by side, until the user chooses one or merges them. */
export function Comparison({ open, answers }: ComparisonProps): ReactElement {
  const running = useSelected(open.chat, ({ run }) => answersOf(run));
  const columns = useRef<HTMLDivElement>(null);
  return (
    <section className="comparison" aria-label={t`Comparison`}>
      <ColumnTabs answers={answers} columns={columns} />
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- moves the focus between the columns in it */}
      <div
        className="comparison-columns"
        data-count={answers.length}
        ref={columns}
        onKeyDown={moveBetweenColumns}
      >
        {answers.map((answer) => (
          <Column
            key={answer.comparison?.column}
            open={open}
            answer={answer}
            state={running.get(answer.id)}
          />
        ))}
      </div>
      <ComparisonBar open={open} answers={answers} running={running} />
      <ComparisonStatus answers={answers} running={running} />
    </section>
  );
}

/** Shows which columns there are on narrow screens, where they don’t fit side by side. */
function ColumnTabs(props: {
  readonly answers: readonly Message[];
  readonly columns: { readonly current: HTMLElement | null };
}): ReactElement {
  const { answers, columns } = props;
  return (
    <nav className="comparison-tabs" aria-label={t`Answers`}>
      {answers.map((answer, index) => (
        <ColumnTab
          key={answer.comparison?.column}
          answer={answer}
          onShow={() => {
            const column = columns.current?.children[index];
            column?.scrollIntoView({ block: 'nearest', inline: 'start' });
            if (column instanceof HTMLElement) column.focus({ preventScroll: true });
          }}
        />
      ))}
    </nav>
  );
}

function ColumnTab(props: { readonly answer: Message; readonly onShow: () => void }): ReactElement {
  const { name } = useModelName(props.answer);
  return (
    <button type="button" className="comparison-tab" onClick={props.onShow}>
      {name}
    </button>
  );
}

function Column(props: {
  readonly open: OpenChat;
  readonly answer: Message;
  /** Undefined once it has ended. */
  readonly state: { readonly stopping: boolean } | undefined;
}): ReactElement {
  const { open, answer, state } = props;
  const { name } = useModelName(answer);
  const [siblings] = useState<readonly Message[]>([]);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the arrow keys move between the columns
    <div className="comparison-column" role="group" aria-label={name} tabIndex={0}>
      <MessageView
        open={open}
        step={{ message: answer, siblings, place: 0, outlined: false }}
        running={state !== undefined}
        marked={false}
      />
      <footer className="comparison-choice">
        {state === undefined ? (
          <ContinueWithThis open={open} answer={answer} name={name} />
        ) : (
          <Button
            disabled={state.stopping}
            aria-label={t`Stop ${name}`}
            onClick={() => void stop(open, answer.id)}
          >
            {t`Stop`}
          </Button>
        )}
      </footer>
    </div>
  );
}

function ContinueWithThis(props: {
  readonly open: OpenChat;
  readonly answer: Message;
  readonly name: string;
}): ReactElement {
  const { open, answer, name } = props;
  return (
    <Button
      aria-label={t`Continue with this answer of ${name}`}
      onClick={() => {
        chooseSibling(open, answer);
        focusComposer();
      }}
    >
      {t`Continue with this`}
    </Button>
  );
}

/** What can be done with all answers. */
function ComparisonBar(
  props: ComparisonProps & { readonly running: RunningAnswers },
): ReactElement {
  const { open, answers, running } = props;
  const hintId = useId();
  const isRunning = running.size > 0;
  return (
    <footer className="comparison-bar">
      <p id={hintId}>{t`Choose the answer to continue with. The others stay as its versions.`}</p>
      <span className="grow" />
      <MergeButton open={open} answers={answers} disabled={isRunning} />
      <CompareAgain open={open} answers={answers} disabled={isRunning} />
    </footer>
  );
}

function MergeButton(props: ComparisonProps & { readonly disabled: boolean }): ReactElement {
  const { open, answers, disabled } = props;
  const { groups } = useStore(models);
  const [choosing, setChoosing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const merge = mergeOf(answers, (answer) => modelName(groups, answer).name);
  return (
    <>
      <Button
        ref={button}
        aria-haspopup="dialog"
        title={t`Sends the answers to a model, which merges them into one`}
        disabled={disabled || merge === undefined}
        onClick={() => {
          void loadModels();
          setChoosing(true);
        }}
      >
        {t`Merge with…`}
      </Button>
      {choosing && merge !== undefined && (
        <ModelPicker
          anchor={button}
          chosen={undefined}
          onPick={(choice) => {
            setChoosing(false);
            void mergeAnswers(open, merge, choice);
            focusComposer();
          }}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

const DIRECTIONS: Readonly<Record<string, -1 | 1>> = { ArrowLeft: -1, ArrowRight: 1 };

/** ← and → move between columns, while a column itself has the focus. */
function moveBetweenColumns(event: KeyboardEvent<HTMLElement>): void {
  const by = DIRECTIONS[event.key];
  const { target, currentTarget } = event;
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!(target instanceof HTMLElement) || target.parentElement !== currentTarget) return;
  const isLeftward = getComputedStyle(currentTarget).direction === 'rtl';
  const next = by === 1 ? target.nextElementSibling : target.previousElementSibling;
  const other = by === 1 ? target.previousElementSibling : target.nextElementSibling;
  const column = isLeftward ? other : next;
  if (!(column instanceof HTMLElement)) return;
  event.preventDefault();
  column.focus();
  column.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
