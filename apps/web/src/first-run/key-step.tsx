import { Sparkles } from 'lucide-react';
import type { ProviderView } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { pickDemo } from '../models/models.ts';
import { KeyForm } from '../settings/key-form.tsx';
import { loadProviders, providers } from '../settings/providers.ts';
import { ProviderMonogram } from '../settings/provider-monogram.tsx';
import { Gate } from '../shell/gate.tsx';
import { useStore } from '../state/store.ts';

/** Adds a first key, or goes on with the demo. */
export function KeyStep({ onDone }: { readonly onDone: () => void }): ReactElement {
  const { status, list } = useStore(providers);
  const [chosen, setChosen] = useState<ProviderView['id']>();
  useEffect(() => {
    void loadProviders();
  }, []);
  const usable = list.filter(({ demo }) => !demo);
  const provider = usable.find(({ id }) => id === chosen);
  const anyReady = usable.some(({ hasKey, needsKey }) => hasKey && needsKey);
  return (
    <Gate
      title="Add a key"
      wide
      step={{ now: 3, of: 3 }}
      lead={
        <p>
          Choose a provider that you have an API key for. You can add more, and your own endpoints,
          in the settings.
        </p>
      }
    >
      <div className="gate-form">
        {status === 'loading' && list.length === 0 && <Spinner label="Reading the providers" />}
        {typeof status === 'object' && (
          <ProblemNotice
            problem={status}
            actions={<Button onClick={() => void loadProviders()}>Try again</Button>}
          />
        )}
        <ProviderCards list={usable} chosen={chosen} onChoose={setChosen} />
        {provider?.needsKey === true && (
          <section className="gate-card" aria-label={`Key for ${provider.label}`}>
            <KeyForm key={provider.id} provider={provider} />
          </section>
        )}
        {anyReady && (
          <Button look="primary" className="wide" onClick={onDone}>
            Start chatting
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
          {anyReady ? 'Go on with the offline demo' : 'Try the offline demo first'}
        </Button>
        <p className="quiet centred">
          The demo is a scripted answer made on this machine. It speaks to nobody.
        </p>
      </div>
    </Gate>
  );
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
          <span className="provider-card-state">{stateOf(provider)}</span>
        </button>
      ))}
    </div>
  );
}

function stateOf(provider: ProviderView): string {
  if (!provider.needsKey) return provider.local ? 'On this machine, no key' : 'No key needed';
  return provider.hasKey ? 'Key stored' : 'Needs a key';
}
