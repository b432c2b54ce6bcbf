import { t } from '@lingui/core/macro';
import { Sparkles } from 'lucide-react';
import type { ProviderView } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { pickDemo } from '../models/models.ts';
import { KeyForm } from '../providers/key-form.tsx';
import { loadProviders, providers } from '../providers/providers.ts';
import { ProviderMonogram } from '../providers/provider-monogram.tsx';
import { Gate } from '../controls/gate.tsx';
import { useStore } from '../state/store.ts';

/** Adds a first API key, or starts the demo. */
export function KeyStep({ onDone }: { readonly onDone: () => void }): ReactElement {
  const { status, list } = useStore(providers);
  const [chosen, setChosen] = useState<ProviderView['id']>();
  useEffect(() => {
    void loadProviders();
  }, []);
  const usable = list.filter(({ demo }) => !demo);
  const provider = usable.find(({ id }) => id === chosen);
  const anyReady =
    provider?.needsKey === false || usable.some(({ hasKey, needsKey }) => hasKey && needsKey);
  return (
    <Gate
      title={t`Add an API key`}
      wide
      step={{ now: 3, of: 3 }}
      lead={
        <p>
          {t`Choose a provider you have an API key for. You can add more providers and your own endpoints later in Settings.`}
        </p>
      }
    >
      <div className="gate-form">
        {status === 'loading' && list.length === 0 && <Spinner label={t`Loading providers…`} />}
        {typeof status === 'object' && (
          <ProblemNotice
            problem={status}
            actions={<Button onClick={() => void loadProviders()}>{t`Try again`}</Button>}
          />
        )}
        <ProviderCards list={usable} chosen={chosen} onChoose={setChosen} />
        {provider?.needsKey === true && <KeyCard key={provider.id} provider={provider} />}
        {anyReady && (
          <Button look="primary" className="wide" onClick={onDone}>
            {t`Start chatting`}
          </Button>
        )}
        <Button
          look={anyReady ? 'quiet' : 'plain'}
          className="wide"
          onClick={() => {
            void pickDemo();
            onDone();
          }}
        >
          <Sparkles aria-hidden="true" size={16} />
          {t`Try demo`}
        </Button>
        <p className="quiet centred">
          {t`The offline demo replies with scripted text. It contacts no provider.`}
        </p>
      </div>
    </Gate>
  );
}

function KeyCard({ provider }: { readonly provider: ProviderView }): ReactElement {
  return (
    <section
      ref={reveal}
      className="gate-card"
      aria-label={t`API key for ${{ provider: provider.label }}`}
    >
      <KeyForm provider={provider} />
    </section>
  );
}

/** On a small screen the form is below the cards. */
function reveal(form: HTMLElement | null): void {
  form?.scrollIntoView({ block: 'nearest' });
}

function ProviderCards(props: {
  readonly list: readonly ProviderView[];
  readonly chosen: ProviderView['id'] | undefined;
  readonly onChoose: (id: ProviderView['id']) => void;
}): ReactElement {
  return (
    <div className="provider-cards">
      {props.list.map((provider) => (
        <button
          key={provider.id}
          type="button"
          className="provider-card"
          aria-pressed={provider.id === props.chosen}
          onClick={() => {
            props.onChoose(provider.id);
          }}
        >
          <ProviderMonogram label={provider.label} />
          <span className="provider-card-name">{provider.label}</span>
          <span className="provider-card-state">{statusOf(provider)}</span>
        </button>
      ))}
    </div>
  );
}

function statusOf(provider: ProviderView): string {
  if (!provider.needsKey) return provider.local ? t`Runs locally` : t`No key needed`;
  return provider.hasKey ? t`Key saved` : t`No key yet`;
}
