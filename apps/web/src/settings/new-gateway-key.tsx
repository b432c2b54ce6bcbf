import { t } from '@lingui/core/macro';
import type { GatewayKeyInput } from '@postern/protocol';
import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';

const NO_FIELDS = { name: '', models: '', perMinute: '', budget: '' };

type Fields = typeof NO_FIELDS;

/** Asks for the name, the models and the limits of a new gateway key. */
export function NewKeyDialog(props: {
  /** Returns why it wasn’t created. */
  readonly onCreate: (input: GatewayKeyInput) => Promise<RequestProblem | undefined>;
  readonly onClose: () => void;
}): ReactElement {
  const { onCreate, onClose } = props;
  const [fields, setFields] = useState<Fields>(NO_FIELDS);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const form = useFirstField();
  const errors = errorsIn(fields);
  const isReady = fields.name.trim() !== '' && Object.keys(errors).length === 0;
  const create = async (): Promise<void> => {
    setBusy(true);
    setProblem(await onCreate(inputOf(fields)));
    setBusy(false);
  };
  const field = (name: keyof Fields) => ({
    value: fields[name],
    error: errors[name],
    onText: (text: string) => {
      setFields({ ...fields, [name]: text });
    },
  });
  return (
    <Dialog title={t`New gateway key`} onClose={onClose}>
      <form
        ref={form}
        className="gateway-key-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !busy) void create();
        }}
      >
        <TextField label={t`Name`} {...field('name')} hint={t`The program that uses it.`} />
        <TextField
          label={t`Models`}
          {...field('models')}
          hint={t`Names with commas between them, such as gpt-5, anthropic/*. Empty: all models.`}
        />
        <TextField
          label={t`Requests a minute`}
          inputMode="numeric"
          {...field('perMinute')}
          hint={t`Empty: no limit.`}
        />
        <TextField
          label={t`Budget a month in US dollars`}
          inputMode="decimal"
          {...field('budget')}
          hint={t`Empty: no budget.`}
        />
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <FormEnd busy={busy} isReady={isReady} onClose={onClose} />
      </form>
    </Dialog>
  );
}

/** A dialog that opens moves the focus to its first button. */
function useFirstField(): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector('input')?.focus();
  }, []);
  return form;
}

function FormEnd(props: {
  readonly busy: boolean;
  readonly isReady: boolean;
  readonly onClose: () => void;
}): ReactElement {
  return (
    <footer className="dialog-actions">
      <span className="grow" />
      <Button onClick={props.onClose}>{t`Cancel`}</Button>
      <Button type="submit" look="primary" busy={props.busy} disabled={!props.isReady}>
        {t`Create key`}
      </Button>
    </footer>
  );
}

function errorsIn({ perMinute, budget }: Fields): Partial<Record<keyof Fields, string>> {
  const isWhole = perMinute.trim() === '' || /^[1-9]\d{0,8}$/.test(perMinute.trim());
  const isAmount = budget.trim() === '' || microUsdOf(budget) > 0;
  return {
    ...(isWhole ? {} : { perMinute: t`Enter a whole number.` }),
    ...(isAmount ? {} : { budget: t`Enter an amount, such as 5 or 2.50.` }),
  };
}

function microUsdOf(text: string): number {
  return /^\d{1,9}(?:[.,]\d{1,6})?$/.test(text.trim())
    ? Math.round(Number(text.trim().replace(',', '.')) * 1e6)
    : 0;
}

function inputOf({ name, models, perMinute, budget }: Fields): GatewayKeyInput {
  const names = models.split(/[\s,]+/).filter((each) => each !== '');
  const limit = perMinute.trim();
  return {
    name: name.trim(),
    models: names.length === 0 ? 'all' : names,
    limits: limit === '' ? {} : { requestsPerMinute: Number(limit) },
    budget: budget.trim() === '' ? null : { amountMicroUsd: microUsdOf(budget), period: 'month' },
  };
}
