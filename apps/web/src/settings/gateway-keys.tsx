import './gateway-keys.css';
import type { GatewayKeyAnswer, GatewayKeyInput, GatewayKeyView } from '@postern/protocol';
import { Plus } from 'lucide-react';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { command, request, type ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { CopyField } from '../controls/copy-field.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { formatDate } from '../languages/formats.ts';
import { NewKeyDialog } from './new-gateway-key.tsx';

type Asked = { readonly what: 'rotate' | 'revoke'; readonly view: GatewayKeyView } | 'new';

/** How long the text of before a rotation stays valid. */
const GRACE_MS = 3_600_000;

/** The keys with which programs use the gateway. */
export function GatewayKeys(): ReactElement {
  const { keys, problem, change, take } = useKeys();
  const [asked, setAsked] = useState<Asked>();
  const [made, setMade] = useState<GatewayKeyAnswer>();
  const close = (): void => {
    setAsked(undefined);
  };
  return (
    <>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {keys?.length === 0 && <p className="quiet">No keys yet. Create one for each program.</p>}
      {keys?.map((view) => (
        <KeyRow
          key={view.id}
          view={view}
          onToggle={() =>
            void change(request('PATCH', pathOf(view), { disabled: view.state !== 'disabled' }))
          }
          onAsk={(what) => {
            setAsked({ what, view });
          }}
        />
      ))}
      <Button
        onClick={() => {
          setAsked('new');
        }}
      >
        <Plus aria-hidden="true" size={15} />
        New key…
      </Button>
      {asked === 'new' && (
        <NewKeyDialog
          onClose={close}
          onCreate={(input) =>
            create(input, (created) => {
              close();
              setMade(created);
              void take();
            })
          }
        />
      )}
      {asked !== undefined && asked !== 'new' && (
        <ConfirmChange
          asked={asked}
          onClose={close}
          onConfirm={() => {
            close();
            void change(makeChange(asked, setMade));
          }}
        />
      )}
      <ShowKey made={made} onMade={setMade} />
    </>
  );
}

async function create(
  input: GatewayKeyInput,
  onMade: (made: GatewayKeyAnswer) => void,
): Promise<RequestProblem | undefined> {
  const created = await request<GatewayKeyAnswer>('POST', '/api/gateway/keys', input);
  if (!created.ok) return created.failure;
  onMade(created.value);
  return undefined;
}

async function makeChange(
  { what, view }: Exclude<Asked, 'new'>,
  onMade: (made: GatewayKeyAnswer) => void,
): Promise<ApiResult<unknown>> {
  if (what === 'revoke') return await command('DELETE', pathOf(view));
  const path = `${pathOf(view)}/rotate`;
  const rotated = await request<GatewayKeyAnswer>('POST', path, { graceMs: GRACE_MS });
  if (rotated.ok) onMade(rotated.value);
  return rotated;
}

function ShowKey(props: {
  readonly made: GatewayKeyAnswer | undefined;
  readonly onMade: (made: undefined) => void;
}): ReactElement | null {
  const { made, onMade } = props;
  if (made === undefined) return null;
  return (
    <Dialog
      title={`Key for ${made.view.name}`}
      onClose={() => {
        onMade(undefined);
      }}
    >
      <p className="dialog-lead">Copy it now. Postern can’t show it again.</p>
      <CopyField text={made.key} label="Copy key" />
    </Dialog>
  );
}

function pathOf({ id }: GatewayKeyView): string {
  return `/api/gateway/keys/${id}`;
}

interface Keys {
  readonly keys: readonly GatewayKeyView[] | undefined;
  readonly problem: RequestProblem | undefined;
  readonly change: (work: Promise<ApiResult<unknown>>) => Promise<void>;
  readonly take: () => Promise<void>;
}

function useKeys(): Keys {
  const [keys, setKeys] = useState<readonly GatewayKeyView[]>();
  const [problem, setProblem] = useState<RequestProblem>();
  const show = useCallback((listed: ApiResult<readonly GatewayKeyView[]>): void => {
    if (listed.ok) setKeys(listed.value);
    else setProblem(listed.failure);
  }, []);
  useEffect(() => {
    void load().then(show);
  }, [show]);
  return {
    keys,
    problem,
    change: async (work) => {
      const changed = await work;
      setProblem(changed.ok ? undefined : changed.failure);
      show(await load());
    },
    take: async () => {
      show(await load());
    },
  };
}

async function load(): Promise<ApiResult<readonly GatewayKeyView[]>> {
  return await request<readonly GatewayKeyView[]>('GET', '/api/gateway/keys');
}

const DATE = { dateStyle: 'medium' } as const;

const STATES: Readonly<Record<GatewayKeyView['state'], string>> = {
  active: 'Active',
  disabled: 'Disabled',
  expired: 'Expired',
};

function KeyRow(props: {
  readonly view: GatewayKeyView;
  readonly onToggle: () => void;
  readonly onAsk: (what: 'rotate' | 'revoke') => void;
}): ReactElement {
  const { view, onToggle, onAsk } = props;
  const { name, hint, state, lastUsedAtMs } = view;
  const used = lastUsedAtMs === null ? 'Never used' : `Last used ${formatDate(lastUsedAtMs, DATE)}`;
  return (
    <div className="settings-row gateway-key">
      <div>
        <strong>{name}</strong> <code>{hint}</code>
        <p>{[STATES[state], modelsText(view), ...limitTexts(view), used].join(' · ')}</p>
      </div>
      <div className="settings-row-actions">
        {state !== 'expired' && (
          <Button
            look="quiet"
            aria-label={state === 'disabled' ? `Enable ${name}` : `Disable ${name}`}
            onClick={onToggle}
          >
            {state === 'disabled' ? 'Enable' : 'Disable'}
          </Button>
        )}
        <Button
          look="quiet"
          aria-label={`Rotate ${name}`}
          onClick={() => {
            onAsk('rotate');
          }}
        >
          Rotate
        </Button>
        <Button
          look="quiet"
          aria-label={`Revoke ${name}`}
          onClick={() => {
            onAsk('revoke');
          }}
        >
          Revoke
        </Button>
      </div>
    </div>
  );
}

function modelsText({ models }: GatewayKeyView): string {
  if (models === 'all') return 'All models';
  return models.length === 0 ? 'No models' : models.join(', ');
}

const PERIODS = { day: 'a day', week: 'a week', month: 'a month', total: 'in total' } as const;

function limitTexts({ limits, budget }: GatewayKeyView): readonly string[] {
  const { requestsPerMinute, tokensPerMinute, concurrent } = limits;
  return [
    requestsPerMinute === undefined ? '' : `${String(requestsPerMinute)} requests a minute`,
    tokensPerMinute === undefined ? '' : `${String(tokensPerMinute)} tokens a minute`,
    concurrent === undefined ? '' : `${String(concurrent)} at once`,
    budget === null ? '' : `$${String(budget.amountMicroUsd / 1e6)} ${PERIODS[budget.period]}`,
  ].filter((text) => text !== '');
}

function ConfirmChange(props: {
  readonly asked: Exclude<Asked, 'new'>;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}): ReactElement {
  const { asked, onClose, onConfirm } = props;
  const { what, view } = asked;
  const revokes = what === 'revoke';
  return (
    <Dialog title={revokes ? `Revoke ${view.name}?` : `Rotate ${view.name}?`} onClose={onClose}>
      <p className="dialog-lead">
        {revokes
          ? 'Programs with this key get no more answers. This can’t be undone.'
          : 'You get a new key. The current one stays valid for an hour.'}
      </p>
      <footer className="dialog-actions">
        <span className="grow" />
        <Button onClick={onClose}>Cancel</Button>
        <Button look={revokes ? 'danger' : 'primary'} onClick={onConfirm}>
          {revokes ? 'Revoke' : 'Rotate'}
        </Button>
      </footer>
    </Dialog>
  );
}
