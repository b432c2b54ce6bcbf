import { t } from '@lingui/core/macro';
import { Plus } from 'lucide-react';
import { useEffect, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { useStore } from '../state/store.ts';
import { EndpointForm } from '../providers/endpoint-form.tsx';
import { ProviderCard } from '../providers/provider-card.tsx';
import { loadProviders, providers } from '../providers/providers.ts';

/** All providers with their keys, and custom endpoints. */
export function ProvidersSection(): ReactElement {
  const { list, status } = useStore(providers);
  const [adding, setAdding] = useState(false);
  useEffect(() => {
    void loadProviders();
  }, []);
  return (
    <section className="settings-section" aria-labelledby="providers">
      <h2 id="providers">{t`Providers`}</h2>
      <p className="settings-lead">
        {t`Postern stores keys encrypted and never shows them again. It sends each key only to its own provider.`}
      </p>
      {list.length === 0 && status === 'loading' && <Spinner label={t`Loading providers…`} />}
      {typeof status === 'object' && (
        <ProblemNotice
          problem={status}
          actions={<Button onClick={() => void loadProviders()}>{t`Try again`}</Button>}
        />
      )}
      <ul className="provider-list">
        {list.map((provider) => (
          <ProviderCard key={provider.id} provider={provider} />
        ))}
      </ul>
      {adding ? (
        <EndpointForm
          onDone={() => {
            setAdding(false);
          }}
        />
      ) : (
        <Button
          onClick={() => {
            setAdding(true);
          }}
        >
          <Plus aria-hidden="true" size={16} />
          {t`Add endpoint`}
        </Button>
      )}
    </section>
  );
}
