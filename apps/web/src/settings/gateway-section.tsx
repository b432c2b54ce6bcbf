import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { CopyField } from '../controls/copy-field.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { CodeBlock } from '../markdown/code-block.tsx';
import { forwardKey } from '../languages/forward-key.ts';
import { GatewayKeys } from './gateway-keys.tsx';
import { snippetsFor } from './snippets.ts';

/** How programs connect to the gateway. */
export function GatewaySection({ gatewayUrl }: { readonly gatewayUrl: string }): ReactElement {
  return (
    <section className="settings-section" aria-labelledby="gateway">
      <h2 id="gateway">{t`Gateway`}</h2>
      <p className="settings-lead">
        {t`Programs that use the OpenAI or Anthropic API can call your providers through Postern. They use keys that Postern creates and never see your provider keys.`}
      </p>
      <h3>{t`Address`}</h3>
      <CopyField text={gatewayUrl} label={t`Copy address`} />
      <h3>{t`Keys`}</h3>
      <GatewayKeys />
      <p className="quiet">
        <Trans>
          More limits, such as addresses and expiry: <code>postern key update</code>.
        </Trans>
      </p>
      <h3>{t`Use the key`}</h3>
      <Snippets gatewayUrl={gatewayUrl} />
    </section>
  );
}

function Snippets({ gatewayUrl }: { readonly gatewayUrl: string }): ReactElement {
  const snippets = snippetsFor(gatewayUrl);
  const [at, setAt] = useState(0);
  const shown = snippets[at];
  const keyDown = (event: KeyboardEvent): void => {
    const key = { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' }[forwardKey(event.key)];
    const moved = key === undefined ? undefined : nextIndex(key, at, snippets.length);
    if (moved === undefined) return;
    event.preventDefault();
    setAt(moved);
    document.getElementById(`snippet-${moved}`)?.focus();
  };
  return (
    <div className="snippets">
      <div className="tabs" role="tablist" aria-label={t`Program`}>
        {snippets.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`snippet-${index}`}
            aria-selected={index === at}
            aria-controls="snippet"
            tabIndex={index === at ? 0 : -1}
            onClick={() => {
              setAt(index);
            }}
            onKeyDown={keyDown}
          >
            {name}
          </button>
        ))}
      </div>
      <div id="snippet" role="tabpanel" aria-labelledby={`snippet-${at}`}>
        {shown !== undefined && <CodeBlock code={shown.code} language={shown.language} />}
      </div>
    </div>
  );
}
