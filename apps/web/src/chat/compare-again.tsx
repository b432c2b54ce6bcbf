import { t } from '@lingui/core/macro';
import type { Message } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import type { ModelChoice } from '../models/choose-model.ts';
import type { OpenChat } from './chat.ts';
import { CompareDialog } from './compare-dialog.tsx';
import { compareAnswers } from './send.ts';

/** Asks several models the same question again. */
export function CompareAgain(props: {
  readonly open: OpenChat;
  readonly answers: readonly Message[];
  readonly disabled: boolean;
}): ReactElement {
  const { open, answers, disabled } = props;
  const [choosing, setChoosing] = useState(false);
  const [first] = answers;
  return (
    <>
      <Button
        aria-haspopup="dialog"
        disabled={disabled}
        onClick={() => {
          setChoosing(true);
        }}
      >
        {t`Compare again`}
      </Button>
      {choosing && first !== undefined && (
        <CompareDialog
          chosen={answers.flatMap(choiceOf)}
          fewest={2}
          onChoose={(models) => {
            setChoosing(false);
            void compareAnswers(open, first, models);
          }}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

/** The model of an answer. */
export function choiceOf({ provider, model }: Message): readonly ModelChoice[] {
  return provider === undefined || model === undefined ? [] : [{ provider, model }];
}
