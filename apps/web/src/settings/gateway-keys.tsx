import type { MessageDescriptor } from '@lingui/core';
import './gateway-keys.css';
import { msg, plural, t } from '@lingui/core/macro';
import type { GatewayKeyAnswer, GatewayKeyInput, GatewayKeyView } from '@postern/protocol';
import { Plus } from 'lucide-react';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { command, request, type ApiResult } from '../api/request.ts';
import { sortedByName } from '../languages/sorted-store.ts';
import { Button } from '../controls/button.tsx';
import { CopyField } from '../controls/copy-field.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { formatDate, formatNumber } from '../languages/formats.ts';
import { i18n } from '../languages/i18n.ts';
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
      {keys?.length === 0 && (
        <p className="quiet">{t`No keys yet. Create one for each program.`}</p>
      )}
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
        {t`New key…`}
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
      title={t`Key for ${made.view.name}`}
      onClose={() => {
        onMade(undefined);
      }}
    >
      <p className="dialog-lead">{t`Copy it now. Postern can’t show it again.`}</p>
      <CopyField text={made.key} label={t`Copy key`} />
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
    if (listed.ok) setKeys(sortedByName(listed.value, ({ name }) => name));
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

const STATES: Readonly<Record<GatewayKeyView['state'], MessageDescriptor>> = {
  active: msg`Active`,
  disabled: msg`Disabled`,
  expired: msg`Expired`,
};

function KeyRow(props: {
  readonly view: GatewayKeyView;
  readonly onToggle: () => void;
  readonly onAsk: (what: 'rotate' | 'revoke') => void;
}): ReactElement {
  const { view, onToggle, onAsk } = props;
  const { name, hint, state, lastUsedAtMs } = view;
  const used =
    lastUsedAtMs === null
      ? t`Never used`
      : t`Last used ${{ date: formatDate(lastUsedAtMs, DATE) }}`;
  return (
    <div className="settings-row gateway-key">
      <div>
        <strong>{name}</strong> <code>{hint}</code>
        <p>{[i18n._(STATES[state]), modelsText(view), ...limitTexts(view), used].join(' · ')}</p>
      </div>
      <div className="settings-row-actions">
        {state !== 'expired' && (
          <Button
            look="quiet"
            aria-label={state === 'disabled' ? t`Enable ${name}` : t`Disable ${name}`}
            onClick={onToggle}
          >
            {state === 'disabled' ? t`Enable` : t`Disable`}
          </Button>
        )}
        <Button
          look="quiet"
          aria-label={t`Rotate ${name}`}
          onClick={() => {
            onAsk('rotate');
          }}
        >
          {t`Rotate`}
        </Button>
        <Button
          look="quiet"
          aria-label={t`Revoke ${name}`}
          onClick={() => {
            onAsk('revoke');
          }}
        >
          {t`Revoke`}
        </Button>
      </div>
    </div>
  );
}

function modelsText({ models }: GatewayKeyView): string {
  if (models === 'all') return t`All models`;
  return models.length === 0 ? t`No models` : models.join(', ');
}

function budgetText({ amountMicroUsd, period }: NonNullable<GatewayKeyView['budget']>): string {
  const amount = formatNumber(amountMicroUsd / 1e6, { style: 'currency', currency: 'USD' });
  switch (period) {
    case 'day':
      return t`${amount} a day`;
    case 'week':
      return t`${amount} a week`;
    case 'month':
      return t`${amount} a month`;
    case 'total':
      return t`${amount} in total`;
  }
}

function limitTexts({ limits, budget }: GatewayKeyView): readonly string[] {
  const { requestsPerMinute, tokensPerMinute, concurrent } = limits;
  return [
    requestsPerMinute === undefined
      ? ''
      : plural(requestsPerMinute, { one: '# request a minute', other: '# requests a minute' }),
    tokensPerMinute === undefined
      ? ''
      : plural(tokensPerMinute, { one: '# token a minute', other: '# tokens a minute' }),
    concurrent === undefined ? '' : t`${{ count: formatNumber(concurrent) }} at once`,
    budget === null ? '' : budgetText(budget),
  ].filter((text) => text !== '');
}

function ConfirmChange(props: {
  readonly asked: Exclude<Asked, 'new'>;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}): ReactElement {
  const { asked, onClose, onConfirm } = props;
  const { name } = asked.view;
  const { what } = asked;
  const revokes = what === 'revoke';
  return (
    <Dialog title={revokes ? t`Revoke ${name}?` : t`Rotate ${name}?`} onClose={onClose}>
      <p className="dialog-lead">
        {revokes
          ? t`Programs with this key get no more answers. This can’t be undone.`
          : t`You get a new key. The current one stays valid for an hour.`}
      </p>
      <footer className="dialog-actions">
        <span className="grow" />
        <Button onClick={onClose}>{t`Cancel`}</Button>
        <Button look={revokes ? 'danger' : 'primary'} onClick={onConfirm}>
          {revokes ? t`Revoke` : t`Rotate`}
        </Button>
      </footer>
    </Dialog>
  );
}
