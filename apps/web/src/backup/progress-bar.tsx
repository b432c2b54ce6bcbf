import './backup.css';
import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { BackupStep } from '@postern/protocol';
import type { ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { focusNow } from '../controls/focus-now.ts';
import { formatNumber } from '../languages/formats.ts';
import { i18n } from '../languages/i18n.ts';
import type { Operation } from './use-operation.ts';

const STEPS: Readonly<Record<BackupStep, MessageDescriptor>> = {
  saving: msg`Saving what is here…`,
  reading: msg`Reading the backup…`,
  replacing: msg`Replacing…`,
};

/** How far an operation is, with a button that cancels it as long as nothing was replaced. */
export function ProgressBar(props: {
  readonly operation: Operation;
  /** Default: the step. */
  readonly label?: string;
  readonly canCancel?: boolean;
}): ReactElement | null {
  const { progress, cancel } = props.operation;
  if (progress === undefined) return null;
  const isBeginning = progress === 'beginning';
  const label = props.label ?? (isBeginning ? t`Beginning…` : i18n._(STEPS[progress.step]));
  const isEndless = isBeginning || progress.step === 'replacing';
  return (
    <div className="backup-progress">
      <p role="status">{label}</p>
      {isEndless ? (
        <progress aria-label={label} />
      ) : (
        <progress max={1} value={progress.part} aria-label={label} />
      )}
      <p className="quiet" aria-hidden="true">
        {isEndless ? '' : formatNumber(Math.floor(progress.part * 100) / 100, { style: 'percent' })}
      </p>
      {props.canCancel !== false && <Button ref={focusNow} onClick={cancel}>{t`Cancel`}</Button>}
    </div>
  );
}
