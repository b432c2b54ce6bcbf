import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ProviderView } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { SafeLink } from '../markdown/safe-link.tsx';
import { KeyTestButton } from './key-test.tsx';
import { storeKey } from './providers.ts';

/** Saves a provider's key and lets the user test it. */
export function KeyForm(props: {
  readonly provider: ProviderView;
  readonly onStored?: () => void;
}): ReactElement {
  const { provider, onStored } = props;
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const [saved, setSaved] = useState(false);

  const store = async (force: boolean): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const answer = await storeKey(provider.id, { key: key.trim(), force });
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.failure);
      return;
    }
    setKey('');
    setSaved(true);
    onStored?.();
  };
  const wrongForm = problem?.code === 'SECRET_FORM_UNEXPECTED';

  return (
    <form
      className="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '' && !busy) void store(false);
      }}
    >
      <TextField
        label={fieldLabel(provider)}
        secret
        value={key}
        onText={setKey}
        placeholder={provider.keyExample ?? undefined}
        maxLength={8192}
        hint={<KeyHint provider={provider} />}
      />
      {problem !== undefined && (
        <ProblemNotice
          problem={
            wrongForm ? { ...problem, remedy: t`Check the key, or save it anyway.` } : problem
          }
          actions={wrongForm && <Button onClick={() => void store(true)}>{t`Save anyway`}</Button>}
        />
      )}
      {saved && <Notice title={t`Key saved.`} />}
      <div className="key-form-actions">
        <Button type="submit" look="primary" busy={busy} disabled={key.trim() === ''}>
          {t`Save key`}
        </Button>
        {(saved || provider.hasKey) && <KeyTestButton provider={provider} />}
      </div>
    </form>
  );
}

function fieldLabel({ hasKey, label }: ProviderView): string {
  return hasKey ? t`New API key for ${label}` : t`${label} API key`;
}

function KeyHint({ provider }: { readonly provider: ProviderView }): ReactElement {
  const { keyExample, label } = provider;
  return (
    <>
      {keyExample !== null && (
        <>
          <Trans>
            Keys look like <code dir="ltr">{keyExample}</code>.
          </Trans>{' '}
        </>
      )}
      {provider.keyPage !== null && (
        <SafeLink href={provider.keyPage}>
          <Trans>Get a key from {label}</Trans>
        </SafeLink>
      )}
    </>
  );
}
