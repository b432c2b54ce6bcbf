import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type {
  AnswerFailure,
  ErrorCodeName,
  Message,
  MessagePart,
  StopReason,
} from '@postern/protocol';
import { i18n } from '../languages/i18n.ts';

/** What the user can do about an answer that ended early, the most useful first. */
export type EndAction = 'continue' | 'again' | 'again-with' | 'key' | 'edit-question' | 'new-chat';

export interface AnswerEnding {
  /** undefined: the text comes from `failure`. */
  readonly title: string | undefined;
  readonly failure: AnswerFailure | undefined;
  readonly tone: 'info' | 'danger';
  readonly actions: readonly EndAction[];
}

/** Why an answer needs an explanation; undefined if it doesn’t. */
export function endingOf(message: Message): AnswerEnding | undefined {
  const { status, failure } = message;
  const goOn: readonly EndAction[] = canContinue(message.parts) ? ['continue'] : [];
  switch (status) {
    case 'streaming':
      return undefined;
    case 'failed': {
      const title = failure === undefined ? t`Couldn’t get an answer.` : undefined;
      const actions = [...goOn, ...(failure === undefined ? AGAIN : actionsFor(failure.code))];
      return { title, failure, tone: 'danger', actions };
    }
    case 'interrupted': {
      const stopped = failure?.code === 'REQUEST_CANCELLED';
      return {
        title: stopped ? t`Stopped.` : t`The answer is incomplete.`,
        failure: stopped ? undefined : failure,
        tone: 'info',
        actions: [...goOn, ...AGAIN],
      };
    }
    case 'complete':
      return endingOfComplete(message, goOn);
  }
}

function endingOfComplete(
  { stopReason, parts, edited }: Message,
  goOn: readonly EndAction[],
): AnswerEnding | undefined {
  const stop = stopReason === undefined ? undefined : STOPS[stopReason];
  const rest = { failure: undefined, tone: 'info' } as const;
  if (stop !== undefined) {
    const { title, actions } = stop;
    return {
      ...rest,
      title: i18n._(title),
      actions: actions ?? [...goOn, ...(goOn.length > 0 ? [] : AGAIN)],
    };
  }
  if (edited === true || parts.some(isContent)) return undefined;
  return { ...rest, title: t`The model sent an empty answer.`, actions: ['again', 'again-with'] };
}

const AGAIN: readonly EndAction[] = ['again'];

const STOPS: Readonly<
  Partial<
    Record<
      StopReason,
      { readonly title: MessageDescriptor; readonly actions?: readonly EndAction[] }
    >
  >
> = {
  'max-tokens': { title: msg`The answer reached the length limit.` },
  pause: { title: msg`The model paused.` },
  refusal: {
    title: msg`The model declined to continue.`,
    actions: ['edit-question', 'again-with'],
  },
  'context-full': {
    title: msg`This chat is too long for the model. Start a new chat or choose another model.`,
    actions: ['again-with', 'new-chat'],
  },
};

function actionsFor(code: ErrorCodeName): readonly EndAction[] {
  return ACTIONS[code] ?? AGAIN;
}

const ACTIONS: Readonly<Partial<Record<ErrorCodeName, readonly EndAction[]>>> = {
  UPSTREAM_KEY_REFUSED: ['key', 'again'],
  UPSTREAM_FORBIDDEN: ['key', 'again'],
  UPSTREAM_NO_KEY: ['key', 'again'],
  UPSTREAM_PLAN_TOKEN: ['key', 'again'],
  UPSTREAM_RATE_LIMITED: ['again', 'again-with'],
  UPSTREAM_OVERLOADED: ['again', 'again-with'],
  UPSTREAM_NOT_FOUND: ['again-with', 'again'],
  UPSTREAM_TOO_LARGE: ['again-with', 'new-chat'],
  UPSTREAM_BILLING: ['again-with', 'again'],
  UPSTREAM_NOT_LOCAL: ['again-with'],
  PROVIDER_UNKNOWN: ['again-with'],
};

/** Whether the process can go on with the answer: it ends with text. */
function canContinue(parts: readonly MessagePart[]): boolean {
  const last = parts.at(-1);
  return last?.kind === 'text' && last.text.trim() !== '';
}

function isContent(part: MessagePart): boolean {
  if (part.kind === 'thinking' || part.kind === 'redacted-thinking') return false;
  return (part.kind !== 'text' && part.kind !== 'refusal') || part.text.trim() !== '';
}
