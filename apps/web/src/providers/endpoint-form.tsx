import { DIALECT_IDS, DIALECT_INFO } from '@postern/protocol';
import { ChevronDown } from 'lucide-react';
import { useId, useState, type ComponentProps, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import {
  EMPTY_ENDPOINT,
  isEndpoint,
  parseEndpoint,
  suggestId,
  type EndpointDraft,
  type EndpointErrors,
} from './endpoint-draft.ts';
import { addEndpoint } from './providers.ts';

const DIALECTS: readonly Option<EndpointDraft['dialect']>[] = DIALECT_IDS.map((dialect) => ({
  value: dialect,
  label: DIALECT_INFO[dialect].label,
}));

const AUTHS: readonly Option<EndpointDraft['auth']>[] = [
  { value: 'bearer', label: 'Authorization: Bearer' },
  { value: 'x-api-key', label: 'x-api-key' },
  { value: 'api-key', label: 'api-key' },
  { value: 'none', label: 'No key' },
];

/** Adds a custom endpoint: any server that speaks one of the API formats. */
export function EndpointForm({ onDone }: { readonly onDone: () => void }): ReactElement {
  const [draft, setDraft] = useState(EMPTY_ENDPOINT);
  const [errors, setErrors] = useState<EndpointErrors>({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const add = async (): Promise<void> => {
    const parsed = parseEndpoint(draft);
    if (!isEndpoint(parsed)) {
      setErrors(parsed);
      return;
    }
    setErrors({});
    setBusy(true);
    const added = await addEndpoint(parsed);
    setBusy(false);
    if (added.ok) onDone();
    else setProblem(added.failure);
  };
  return (
    <form
      className="provider endpoint-form"
      aria-label="New endpoint"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void add();
      }}
    >
      <EndpointFields draft={draft} errors={errors} onDraft={setDraft} />
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <div className="provider-actions">
        <Button type="submit" look="primary" busy={busy}>
          Add endpoint
        </Button>
        <Button look="quiet" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function EndpointFields(props: {
  readonly draft: EndpointDraft;
  readonly errors: EndpointErrors;
  readonly onDraft: (draft: EndpointDraft) => void;
}): ReactElement {
  const { draft, errors, onDraft } = props;
  const change = (changed: Partial<EndpointDraft>): void => {
    onDraft({ ...draft, ...changed });
  };
  const named = (label: string): void => {
    // The id follows the name until the user edits it.
    const follows = draft.id === suggestId(draft.label);
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
        label="Name"
        value={draft.label}
        onText={named}
        error={errors.label}
        placeholder="My model server"
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the form opens for typing
        autoFocus
      />
      <TextField
        label="Id"
        {...field('id')}
        hint={draft.id === '' ? undefined : <>Model names start with {draft.id}/.</>}
      />
      <TextField
        label="Base URL"
        {...field('baseUrl')}
        placeholder="http://127.0.0.1:8000/v1"
        inputMode="url"
        hint="Use https. On this machine, http works too."
      />
      <WireChoices draft={draft} change={change} />
      <TextField
        label="Models"
        {...field('models')}
        placeholder="llama3.3:70b, qwen3"
        hint="Separate names with commas. Used if the server doesn’t list its models."
      />
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
        label="API format"
        options={DIALECTS}
        value={draft.dialect}
        onChoose={(dialect) => {
          change({ dialect });
        }}
      />
      <Choice
        label="Send key as"
        options={AUTHS}
        value={draft.auth}
        onChoose={(auth) => {
          change({ auth });
        }}
      />
    </>
  );
}

interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

function Choice<T extends string>(props: {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
}): ReactElement {
  const { label, options, value, onChoose } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-box">
        <select
          id={id}
          value={value}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen !== undefined) onChoose(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden="true" size={16} />
      </div>
    </div>
  );
}
