import { t } from '@lingui/core/macro';
import { plainText } from '@postern/protocol';
import { endingOf } from '../chat/answer-ending.ts';
import { answersOf } from '../chat/chat.ts';
import { insertQuote } from '../chat/compose-requests.ts';
import { localVoices, readAloud, startReading, stopReading } from '../chat/read-aloud.ts';
import { stop } from '../chat/run-turn.ts';
import { continueAnswer, editLastQuestion, retryAnswer } from '../chat/send.ts';
import { visiblePath } from '../chat/tree.ts';
import { showToast } from '../controls/toasts.tsx';
import { offeredModels } from '../models/choose-model.ts';
import { models } from '../models/models.ts';
import type { Action } from '../shortcuts/action.ts';
import { lastAnswer, repeatable, shownChat } from './shown-chat.ts';

/** What can be done with the last question and the last answer. */
export const ANSWER_ACTIONS: readonly Action[] = [
  {
    id: 'stop',
    label: () => t`Stop the answer`,
    group: 'answers',
    isAvailable: (): boolean => {
      const answers = answersOf(shownChat()?.chat.get().run);
      return [...answers.values()].some(({ stopping }) => !stopping);
    },
    run: (): void => {
      const open = shownChat();
      if (open !== undefined) void stop(open);
    },
  },
  {
    id: 'regenerate',
    label: () => t`Regenerate the last answer`,
    group: 'answers',
    keys: ['Mod Alt R'],
    isAvailable: () => repeatable() !== undefined,
    run: (): void => {
      const last = repeatable();
      if (last !== undefined) void retryAnswer(last.open, last.answer, last.model);
    },
  },
  {
    id: 'continue',
    label: () => t`Continue the last answer`,
    group: 'answers',
    keys: ['Mod Alt Enter'],
    isAvailable: canContinue,
    run: (): void => {
      const last = repeatable();
      if (last === undefined) return;
      const { provider, model } = last.answer;
      const own = offeredModels(models.get().groups).find(
        (each) => each.provider === provider && each.model === model,
      );
      void continueAnswer(last.open, last.answer, own ?? last.model);
    },
  },
  {
    id: 'edit-last-question',
    label: () => t`Edit the last question`,
    group: 'answers',
    keys: ['Mod Alt E'],
    isAvailable: (): boolean => {
      const open = shownChat();
      if (open === undefined) return false;
      const { tree, choices } = open.chat.get();
      return visiblePath(tree, choices).some(({ message }) => message.role === 'user');
    },
    run: (): void => {
      const open = shownChat();
      if (open !== undefined) editLastQuestion(open.id);
    },
  },
  {
    id: 'copy-last-answer',
    label: () => t`Copy the last answer`,
    group: 'answers',
    keys: ['Mod Alt Y'],
    isAvailable: () => lastText() !== '',
    run: () => void copyLastAnswer(),
  },
  {
    id: 'quote-last-answer',
    label: () => t`Quote the last answer`,
    group: 'answers',
    isAvailable: () => lastText() !== '',
    run: (): void => {
      insertQuote(lastText());
    },
  },
  {
    id: 'read-aloud',
    label: () => t`Read the last answer aloud`,
    labelNow: () =>
      readAloud.get() === undefined ? t`Read the last answer aloud` : t`Stop reading aloud`,
    group: 'answers',
    words: () => t`speak voice`,
    keys: ['Mod Alt A'],
    isAvailable: () => localVoices.get().length > 0 && lastText() !== '',
    run: (): void => {
      const last = lastAnswer();
      if (readAloud.get() !== undefined) stopReading();
      else if (last !== undefined) startReading(last.answer.id, lastText());
    },
  },
];

function canContinue(): boolean {
  const last = repeatable();
  return last !== undefined && endingOf(last.answer)?.actions.includes('continue') === true;
}

function lastText(): string {
  const last = lastAnswer();
  return last === undefined ? '' : plainText(last.answer.parts);
}

async function copyLastAnswer(): Promise<void> {
  try {
    await navigator.clipboard.writeText(lastText());
    showToast(t`The answer is copied.`);
  } catch {
    showToast(t`Couldn’t copy the answer. The browser didn’t allow it.`, { tone: 'danger' });
  }
}
