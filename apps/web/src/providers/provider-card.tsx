import { t } from '@lingui/core/macro';
import { CircleCheck, CircleDashed, Laptop } from 'lucide-react';
import type { ProviderView } from '@postern/protocol';
import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { DemoBadge } from '../models/demo-badge.tsx';
import { useRoute } from '../navigation/route.ts';
import { EndpointForm } from './endpoint-form.tsx';
import { KeyForm } from './key-form.tsx';
import { KeyTestButton } from './key-test.tsx';
import { ProviderMonogram } from './provider-monogram.tsx';
import { removeEndpoint, removeKey } from './providers.ts';

/** One provider with its address, key status and actions. */
export function ProviderCard({ provider }: { readonly provider: ProviderView }): ReactElement {
  const card = useRef<HTMLLIElement>(null);
  const [editing, setEditing] = useState(useIsMeant(provider, card));
  const name = provider.demo ? t`Offline demo` : provider.label;
  return (
    <li ref={card} className="provider" aria-label={name}>
      <div className="provider-head">
        <ProviderMonogram label={name} />
        <ProviderNames name={name} provider={provider} />
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
              {provider.hasKey ? t`Replace key` : t`Add key`}
            </Button>
          )}
          {provider.hasKey && provider.needsKey && (
            <Removal
              title={t`Remove the ${{ provider: provider.label }} key?`}
              detail={t`Postern erases the key from the vault. You can add it again at any time.`}
              label={t`Remove key`}
              remove={() => removeKey(provider.id)}
            />
          )}
          {!provider.builtIn && <EndpointActions provider={provider} />}
          {(provider.hasKey || !provider.needsKey) && !editing && (
            <KeyTestButton provider={provider} />
          )}
        </div>
      )}
      {editing && <KeyForm provider={provider} />}
    </li>
  );
}

function ProviderNames(props: {
  readonly name: string;
  readonly provider: ProviderView;
}): ReactElement {
  const { demo, baseUrl } = props.provider;
  return (
    <div className="provider-names">
      <strong dir="auto">{props.name}</strong>
      {demo ? (
        <span>{t`Scripted replies, no provider needed`}</span>
      ) : (
        <span dir="ltr">{baseUrl}</span>
      )}
    </div>
  );
}

/** Whether the address names this provider’s key. Then the field for it gets the focus. */
function useIsMeant({ id, needsKey }: ProviderView, card: RefObject<HTMLElement | null>): boolean {
  const route = useRoute();
  const isMeant = needsKey && route.at === 'settings' && route.provider === id;
  useEffect(() => {
    if (!isMeant) return;
    card.current?.scrollIntoView({ block: 'center' });
    card.current?.querySelector<HTMLElement>('.key-form input')?.focus();
  }, [card, isMeant]);
  return isMeant;
}

function EndpointActions({ provider }: { readonly provider: ProviderView }): ReactElement {
  const [changing, setChanging] = useState(false);
  return (
    <>
      <Button
        onClick={() => {
          setChanging(true);
        }}
      >
        {t`Edit`}
      </Button>
      <Removal
        title={t`Remove ${{ provider: provider.label }}?`}
        detail={t`Postern removes the endpoint and its key. Your chats stay.`}
        label={t`Remove endpoint`}
        remove={() => removeEndpoint(provider.id)}
      />
      {changing && (
        <Dialog
          title={t`Edit ${{ provider: provider.label }}`}
          onClose={() => {
            setChanging(false);
          }}
        >
          <EndpointForm
            provider={provider}
            onDone={() => {
              setChanging(false);
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function ProviderState({ provider }: { readonly provider: ProviderView }): ReactElement {
  if (provider.demo) return <DemoBadge />;
  if (!provider.needsKey) {
    return (
      <span className="provider-state" data-state="ready">
        <Laptop aria-hidden="true" size={15} />
        {provider.local ? t`Runs locally` : t`No key needed`}
      </span>
    );
  }
  return provider.hasKey ? (
    <span className="provider-state" data-state="ready">
      <CircleCheck aria-hidden="true" size={15} />
      {t`Key saved`}
    </span>
  ) : (
    <span className="provider-state" data-state="empty">
      <CircleDashed aria-hidden="true" size={15} />
      {t`No key`}
    </span>
  );
}

/** A button that asks for confirmation before it removes something. */
function Removal(props: {
  readonly title: string;
  readonly detail: string;
  readonly label: string;
  readonly remove: () => Promise<ApiResult<unknown>>;
}): ReactElement {
  const { title, detail, label, remove } = props;
  const [confirming, setConfirming] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const close = (): void => {
    setConfirming(false);
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
          setConfirming(true);
        }}
      >
        {label}
      </Button>
      {confirming && (
        <Dialog title={title} onClose={close}>
          <p className="dialog-lead">{detail}</p>
          {problem !== undefined && <ProblemNotice problem={problem} />}
          <footer className="dialog-actions">
            <span className="grow" />
            <Button onClick={close}>{t`Cancel`}</Button>
            <Button look="danger" busy={busy} onClick={() => void confirm()}>
              {label}
            </Button>
          </footer>
        </Dialog>
      )}
    </>
  );
}
