import { CircleCheck, CircleDashed, Laptop } from 'lucide-react';
import type { ProviderView } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import type { Problem } from '../api/problem.ts';
import type { Answer } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { DemoBadge } from '../models/demo-badge.tsx';
import { KeyForm } from './key-form.tsx';
import { KeyTestButton } from './key-test.tsx';
import { ProviderMonogram } from './provider-monogram.tsx';
import { removeEndpoint, removeKey } from './providers.ts';

/** One provider: where it is, whether it has its key, and what can be changed. */
export function ProviderCard({ provider }: { readonly provider: ProviderView }): ReactElement {
  const [editing, setEditing] = useState(false);
  return (
    <li className="provider" aria-label={provider.label}>
      <div className="provider-head">
        <ProviderMonogram label={provider.label} />
        <div className="provider-names">
          <strong>{provider.label}</strong>
          <span>{provider.demo ? 'A scripted answer, made here' : provider.baseUrl}</span>
        </div>
        <ProviderState provider={provider} />
      </div>
      {!provider.demo && (
        <div className="provider-actions">
          {provider.needsKey && (
            <Button
              aria-expanded={editing}
              onClick={() => {
                setEditing(!editing);
              }}
            >
              {provider.hasKey ? 'Replace the key' : 'Add a key'}
            </Button>
          )}
          {provider.hasKey && provider.needsKey && (
            <Removal
              words={`Remove the key of ${provider.label}?`}
              detail="It is erased from the vault. You can store it again at any time."
              label="Remove the key"
              remove={() => removeKey(provider.id)}
            />
          )}
          {!provider.builtIn && (
            <Removal
              words={`Remove ${provider.label}?`}
              detail="The endpoint and its key are removed. Chats that used it stay."
              label="Remove the endpoint"
              remove={() => removeEndpoint(provider.id)}
            />
          )}
          {(provider.hasKey || !provider.needsKey) && !editing && (
            <KeyTestButton provider={provider} />
          )}
        </div>
      )}
      {editing && <KeyForm provider={provider} />}
    </li>
  );
}

function ProviderState({ provider }: { readonly provider: ProviderView }): ReactElement {
  if (provider.demo) return <DemoBadge />;
  if (!provider.needsKey) {
    return (
      <span className="provider-state" data-state="ready">
        <Laptop aria-hidden="true" size={15} />
        {provider.local ? 'On this machine' : 'No key needed'}
      </span>
    );
  }
  return provider.hasKey ? (
    <span className="provider-state" data-state="ready">
      <CircleCheck aria-hidden="true" size={15} />
      Key stored
    </span>
  ) : (
    <span className="provider-state" data-state="empty">
      <CircleDashed aria-hidden="true" size={15} />
      No key
    </span>
  );
}

/** A button that asks once more before it removes something for good. */
function Removal(props: {
  readonly words: string;
  readonly detail: string;
  readonly label: string;
  readonly remove: () => Promise<Answer<unknown>>;
}): ReactElement {
  const { words, detail, label, remove } = props;
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const close = (): void => {
    setAsking(false);
    setProblem(undefined);
  };
  const confirm = async (): Promise<void> => {
    setBusy(true);
    const removed = await remove();
    setBusy(false);
    if (removed.ok) close();
    else setProblem(removed.failure);
  };
  return (
    <>
      <Button
        look="quiet"
        onClick={() => {
          setAsking(true);
        }}
      >
        {label}
      </Button>
      {asking && (
        <Dialog title={words} onClose={close}>
          <p className="dialog-lead">{detail}</p>
          {problem !== undefined && <ProblemNotice problem={problem} />}
          <footer className="dialog-actions">
            <span className="grow" />
            <Button onClick={close}>Keep it</Button>
            <Button look="danger" busy={busy} onClick={() => void confirm()}>
              {label}
            </Button>
          </footer>
        </Dialog>
      )}
    </>
  );
}
