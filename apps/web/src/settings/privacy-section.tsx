import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { AppState, PrivacyInput, PrivacySettings } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { loadModels } from '../models/models.ts';
import { i18n } from '../languages/i18n.ts';
import { PrivacySwitch } from './privacy-switch.tsx';
import { RequireBothRow } from './require-both-row.tsx';

type Change = (input: PrivacyInput) => void;

/** What is kept, who gets messages, and when the vault locks. */
export function PrivacySection({ state }: { readonly state: AppState }): ReactElement {
  const [settings, setSettings] = useState<PrivacySettings>();
  const [problem, setProblem] = useState<RequestProblem>();
  const [asked, setAsked] = useState(false);
  const take = (result: ApiResult<PrivacySettings>): void => {
    if (result.ok) setSettings(result.value);
    setProblem(result.ok ? undefined : result.failure);
  };
  useEffect(() => {
    void appApi.privacy().then(take);
  }, []);
  const change: Change = (input) => {
    void appApi.changePrivacy(input).then((changed) => {
      take(changed);
      if (input.localModelsOnly !== undefined) void loadModels();
    });
  };
  return (
    <section className="settings-section" aria-labelledby="privacy">
      <h2 id="privacy">{t`Privacy`}</h2>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {settings === undefined && problem === undefined && <Spinner label={t`Loading…`} />}
      {settings !== undefined && (
        <>
          <Switches
            settings={settings}
            change={change}
            onClearHistory={() => {
              setAsked(true);
            }}
          />
          <RequireBothRow state={state} />
          <LockRules settings={settings} change={change} />
        </>
      )}
      {asked && (
        <ConfirmClearing
          onClose={() => {
            setAsked(false);
          }}
          onConfirm={() => {
            setAsked(false);
            change({ clearHistoryOnExit: true });
          }}
        />
      )}
    </section>
  );
}

function Switches(props: {
  readonly settings: PrivacySettings;
  readonly change: Change;
  readonly onClearHistory: () => void;
}): ReactElement {
  const { settings, change, onClearHistory } = props;
  return (
    <>
      <PrivacySwitch
        id="local-models-only"
        label={t`Local models only`}
        text={t`Requests go only to providers on this machine and to hosts that you trust, for chats and for the gateway. Other models aren’t offered.`}
        checked={settings.localModelsOnly}
        onChange={(localModelsOnly) => {
          change({ localModelsOnly });
        }}
      />
      <PrivacySwitch
        id="titles-by-model"
        label={t`Titles by the model`}
        text={t`After the first answer of a chat, its question and answer are sent to the chat’s model once more, for a title. Otherwise the title comes from the question, on this machine. Not in private chats.`}
        checked={settings.titlesByModel}
        onChange={(titlesByModel) => {
          change({ titlesByModel });
        }}
      />
      <PrivacySwitch
        id="clear-history"
        label={t`Clear history on exit`}
        text={t`All chats are permanently deleted when Postern stops. If it is killed, they are deleted when it starts again, and stay on the disk, encrypted, until then.`}
        checked={settings.clearHistoryOnExit}
        onChange={(clearHistoryOnExit) => {
          if (clearHistoryOnExit) onClearHistory();
          else change({ clearHistoryOnExit });
        }}
      />
      <PrivacySwitch
        id="delete-keys"
        label={t`Delete keys on exit`}
        text={t`The keys of providers are removed from the vault when Postern stops, unless it is killed or the vault is locked then.`}
        checked={settings.deleteKeysOnExit}
        onChange={(deleteKeysOnExit) => {
          change({ deleteKeysOnExit });
        }}
      />
    </>
  );
}

const IDLE_TIMES = [
  ['auto', msg`After an hour, if a person unlocked it`],
  ['5m', msg`After 5 minutes`],
  ['15m', msg`After 15 minutes`],
  ['1h', msg`After an hour`],
  ['8h', msg`After 8 hours`],
  ['never', msg`Never`],
] as const;

const SUSPEND_RULES = [
  ['auto', msg`If a person unlocked it`],
  ['true', msg`Always`],
  ['false', msg`Never`],
] as const;

function LockRules(props: {
  readonly settings: PrivacySettings;
  readonly change: Change;
}): ReactElement {
  const { settings, change } = props;
  return (
    <>
      <Choice
        id="lock-after-idle"
        label={t`Lock when not used`}
        text={t`Running answers stop, private chats close, and the vault asks for its passphrase or the keyring.`}
        value={settings.lockAfterIdle}
        options={IDLE_TIMES}
        onChange={(lockAfterIdle) => {
          change({ lockAfterIdle });
        }}
      />
      <Choice
        id="lock-on-suspend"
        label={t`Lock on suspend`}
        text={t`When the machine was suspended.`}
        value={String(settings.lockOnSuspend)}
        options={SUSPEND_RULES}
        onChange={(rule) => {
          change({ lockOnSuspend: rule === 'auto' ? 'auto' : rule === 'true' });
        }}
      />
    </>
  );
}

function Choice(props: {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: MessageDescriptor])[];
  readonly onChange: (value: string) => void;
}): ReactElement {
  const { id, label, text, value, options, onChange } = props;
  // The configuration can have another value than those offered here.
  const isOffered = options.some(([offered]) => offered === value);
  return (
    <div className="privacy-row">
      <div>
        <label htmlFor={id}>{label}</label>
        <p id={`${id}-text`}>{text}</p>
      </div>
      <select
        id={id}
        aria-describedby={`${id}-text`}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {!isOffered && <option value={value}>{value}</option>}
        {options.map(([offered, name]) => (
          <option key={offered} value={offered}>
            {i18n._(name)}
          </option>
        ))}
      </select>
    </div>
  );
}

function ConfirmClearing(props: {
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}): ReactElement {
  const { onClose, onConfirm } = props;
  return (
    <Dialog title={t`Clear history on exit?`} onClose={onClose}>
      <p className="dialog-lead">
        {t`When Postern stops, all chats are deleted, also those in the trash. They can’t be restored. Export those that you want to keep.`}
      </p>
      <footer className="dialog-actions">
        <span className="grow" />
        <Button onClick={onClose}>{t`Cancel`}</Button>
        <Button look="danger" onClick={onConfirm}>
          {t`Turn on`}
        </Button>
      </footer>
    </Dialog>
  );
}
