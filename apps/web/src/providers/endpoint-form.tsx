import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import {
  DIALECT_IDS,
  DIALECT_INFO,
  providerId,
  type EndpointInput,
  type ProviderView,
} from '@postern/protocol';
import { useId, useState, type ComponentProps, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { Choice, type Option } from '../controls/choice.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import {
  draftOf,
  EMPTY_ENDPOINT,
  hostToTrust,
  isEndpoint,
  parseEndpoint,
  suggestId,
  type EndpointDraft,
  type EndpointErrors,
} from './endpoint-draft.ts';
import { addEndpoint, changeEndpoint } from './providers.ts';

const DIALECTS: readonly Option<EndpointDraft['dialect']>[] = DIALECT_IDS.map((dialect) => ({
  value: dialect,
  label: DIALECT_INFO[dialect].label,
}));

const authOptions = (): readonly Option<EndpointDraft['auth']>[] => [
  { value: 'bearer', label: 'Authorization: Bearer' },
  { value: 'x-api-key', label: 'x-api-key' },
  { value: 'api-key', label: 'api-key' },
  { value: 'none', label: t`No key` },
];

/** Adds or changes a custom endpoint: any server that speaks one of the API formats. */
export function EndpointForm(props: {
  /** The endpoint to change. Undefined adds one. */
  readonly provider?: ProviderView;
  readonly onDone: () => void;
}): ReactElement {
  const { provider, onDone } = props;
  const [draft, setDraft] = useState(provider === undefined ? EMPTY_ENDPOINT : draftOf(provider));
  const [errors, setErrors] = useState<EndpointErrors>({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const save = async (): Promise<void> => {
    const parsed = parseEndpoint(draft);
    if (!isEndpoint(parsed)) {
      setErrors(parsed);
      return;
    }
    setErrors({});
    setBusy(true);
    const saved = await saveEndpoint(parsed, provider);
    setBusy(false);
    if (saved.ok) onDone();
    else setProblem(saved.failure);
  };
  return (
    <form
      className="provider endpoint-form"
      aria-label={
        provider === undefined ? t`New endpoint` : t`Edit ${{ provider: provider.label }}`
      }
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
    >
      <EndpointFields draft={draft} errors={errors} onDraft={setDraft} provider={provider} />
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <div className="provider-actions">
        <Button type="submit" look="primary" busy={busy}>
          {provider === undefined ? t`Add endpoint` : t`Save`}
        </Button>
        <Button look="quiet" onClick={onDone}>
          {t`Cancel`}
        </Button>
      </div>
    </form>
  );
}

async function saveEndpoint(
  input: EndpointInput,
  provider: ProviderView | undefined,
): Promise<ApiResult<ProviderView>> {
  if (provider === undefined) return await addEndpoint(input);
  const { id, ...change } = input;
  return await changeEndpoint(providerId.from(id), change);
}

function EndpointFields(props: {
  readonly provider: ProviderView | undefined;
  readonly draft: EndpointDraft;
  readonly errors: EndpointErrors;
  readonly onDraft: (draft: EndpointDraft) => void;
}): ReactElement {
  const { draft, errors, onDraft, provider } = props;
  const change = (changed: Partial<EndpointDraft>): void => {
    onDraft({ ...draft, ...changed });
  };
  const named = (label: string): void => {
    // The id follows the name until the user edits it.
    const follows = provider === undefined && draft.id === suggestId(draft.label);
    change({ label, ...(follows ? { id: suggestId(label) } : {}) });
  };
  const field = (
    name: 'id' | 'baseUrl' | 'models',
  ): Pick<ComponentProps<typeof TextField>, 'value' | 'onText' | 'error'> => ({
    value: draft[name],
    onText: (text) => {
      change({ [name]: text });
    },
    error: errors[name],
  });
  return (
    <div className="endpoint-fields">
      <TextField
        label={t`Name`}
        value={draft.label}
        onText={named}
        error={errors.label}
        placeholder={t`My model server`}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the form opens for typing
        autoFocus
      />
      {provider === undefined && (
        <TextField
          label={t`Id`}
          {...field('id')}
          hint={draft.id === '' ? undefined : t`Model names start with ${{ id: draft.id }}/.`}
        />
      )}
      <TextField
        label={t`Base URL`}
        {...field('baseUrl')}
        placeholder="http://127.0.0.1:8000/v1"
        inputMode="url"
        hint={addressHint(draft, provider)}
      />
      <WireChoices draft={draft} change={change} />
      <TextField
        label={t`Models`}
        {...field('models')}
        placeholder="llama3.3:70b, qwen3"
        hint={t`Separate names with commas. Used if the server doesn’t list its models.`}
      />
      <TrustChoice draft={draft} change={change} provider={provider} />
    </div>
  );
}

function addressHint({ baseUrl }: EndpointDraft, provider: ProviderView | undefined): string {
  return provider?.hasKey === true && baseUrl.trim() !== provider.baseUrl
    ? t`Postern will send the stored key to this address.`
    : t`Use https. On this machine, http works too.`;
}

/** Allows what Postern refuses for every other host. */
function TrustChoice(props: {
  readonly draft: EndpointDraft;
  readonly change: (changed: Partial<EndpointDraft>) => void;
  readonly provider: ProviderView | undefined;
}): ReactElement | null {
  const { draft, change, provider } = props;
  const id = useId();
  const isUnchanged = draft.baseUrl.trim() === provider?.baseUrl;
  const isTrusted = isUnchanged && provider.trusted;
  const host = hostToTrust(draft.baseUrl) ?? (isTrusted ? new URL(provider.baseUrl).hostname : '');
  if (host === '') return null;
  return (
    <div className="endpoint-trust">
      <label className="check" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={draft.trustHost ?? isTrusted}
          aria-describedby={`${id}-hint`}
          onChange={(event) => {
            change({ trustHost: event.target.checked });
          }}
        />
        {t`Trust this host`}
      </label>
      <p id={`${id}-hint`} className="check-hint">
        <Trans>
          Postern may then connect to {host} on your private network, without TLS if the address
          starts with http. Others on that network can then read keys and messages. Every other host
          stays blocked.
        </Trans>
      </p>
    </div>
  );
}

function WireChoices(props: {
  readonly draft: EndpointDraft;
  readonly change: (changed: Partial<EndpointDraft>) => void;
}): ReactElement {
  const { draft, change } = props;
  return (
    <>
      <Choice
        label={t`API format`}
        options={DIALECTS}
        value={draft.dialect}
        onChoose={(dialect) => {
          change({ dialect });
        }}
      />
      <Choice
        label={t`Send key as`}
        options={authOptions()}
        value={draft.auth}
        onChoose={(auth) => {
          change({ auth });
        }}
      />
    </>
  );
}
