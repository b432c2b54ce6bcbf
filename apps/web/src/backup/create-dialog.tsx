import './backup.css';
import { t } from '@lingui/core/macro';
import type { BackupInput, CreatedBackup } from '@postern/protocol';
import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { focusNow } from '../controls/focus-now.ts';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { i18n } from '../languages/i18n.ts';
import { sizeText } from '../languages/size-text.ts';
import { saveFile } from '../state/save-file.ts';
import { isUsable, NewPassphrase, type PassphraseEntry } from '../vault/new-passphrase.tsx';
import { fetchBackup } from './backups-api.ts';
import { ContentsList } from './contents-list.tsx';
import { damagedPart, LEFT_OUT } from './damaged-part.ts';
import { follow } from './follow.ts';
import { ProgressBar } from './progress-bar.tsx';
import { useOperation, type Operation } from './use-operation.ts';

type Place = BackupInput['to'];
type Without = NonNullable<BackupInput['without']>;
type Part = Without[number];

interface Fields {
  readonly entry: PassphraseEntry;
  readonly passphrase: string;
  readonly to: Place;
}

interface Made extends CreatedBackup {
  readonly without: Without;
}

/** Asks for a passphrase and a place, makes a backup, and says where it is and what it has. */
export function CreateBackupDialog(props: {
  readonly hasPassphrase: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { hasPassphrase, onClose } = props;
  const [fields, setFields] = useState<Fields>(NO_FIELDS);
  const [without, setWithout] = useState<Without>([]);
  const [part, setPart] = useState<Part>();
  const [made, setMade] = useState<Made>();
  const operation = useOperation();
  const isRunning = operation.progress !== undefined;
  const form = useRef<HTMLFormElement>(null);
  // The form's own effect comes before the dialog is shown.
  useEffect(() => {
    focusFirst(form.current);
  }, []);
  const create = async (leaveOut: Without): Promise<void> => {
    setWithout(leaveOut);
    setPart(undefined);
    const created = await operation.run(async (options) => {
      const input = inputOf(fields, hasPassphrase, leaveOut);
      const ended = await follow<CreatedBackup>('/api/backups', input, {
        ...options,
        onRefused: (problem) => {
          setPart(damagedPart(problem));
        },
      });
      if (!ended.ok || ended.value.path !== null) return ended;
      const file = await fetchBackup();
      if (!file.ok) return file;
      saveFile(nameOf(ended.value), file.value);
      return ended;
    });
    if (created !== undefined) setMade({ ...created, without: leaveOut });
  };
  const close = isRunning ? () => undefined : onClose;
  return (
    <Dialog title={made === undefined ? t`Create a backup` : t`Backup created`} onClose={close}>
      {made !== undefined ? (
        <MadeBackup made={made} onClose={onClose} />
      ) : isRunning ? (
        <div className="renew-form">
          <ProgressBar operation={operation} label={t`Backing up and verifying…`} />
          <p className="quiet">{t`You can use Postern meanwhile in another tab. Closing this page cancels the backup.`}</p>
        </div>
      ) : (
        <CreateForm
          {...{ fields, hasPassphrase, operation, form, part, onClose }}
          onFields={setFields}
          onCreate={(leaveOut) => void create([...without, ...leaveOut])}
        />
      )}
    </Dialog>
  );
}

function focusFirst(form: HTMLFormElement | null): void {
  form?.querySelector('input')?.focus();
}

const NO_FIELDS: Fields = { entry: { first: '', second: '' }, passphrase: '', to: 'browser' };

function inputOf(fields: Fields, hasPassphrase: boolean, without: Without): BackupInput {
  return {
    backupPassphrase: fields.entry.first,
    to: fields.to,
    ...(hasPassphrase ? { passphrase: fields.passphrase } : {}),
    ...(without.length === 0 ? {} : { without }),
  };
}

function nameOf({ contents }: CreatedBackup): string {
  const time = new Date(contents.madeAtMs).toISOString().slice(0, 16).replace(/[:T]/g, '-');
  return `postern-${time}.postern-backup`;
}

function CreateForm(props: {
  readonly fields: Fields;
  readonly hasPassphrase: boolean;
  readonly operation: Operation;
  readonly form: RefObject<HTMLFormElement | null>;
  /** A damaged database, if the last try failed because of it. */
  readonly part: Part | undefined;
  readonly onFields: (fields: Fields) => void;
  readonly onCreate: (without: Without) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { fields, hasPassphrase, operation, form, part, onFields, onCreate, onClose } = props;
  const [tried, setTried] = useState(false);
  useEffect(() => {
    focusFirst(form.current);
  }, [form]);
  const isKnown = !hasPassphrase || fields.passphrase !== '';
  const submit = (without: Without): void => {
    setTried(true);
    if (isKnown && isUsable(fields.entry)) onCreate(without);
  };
  return (
    <form
      ref={form}
      className="renew-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit([]);
      }}
    >
      <p className="dialog-lead">
        {t`One encrypted file with your chats, attachments, keys, gateway keys, presets, prompts and settings. Private chats, the audit log and remembered browsers aren’t in it.`}
      </p>
      <Passphrases {...{ fields, hasPassphrase, tried, onFields }} />
      <Places
        to={fields.to}
        onChoose={(to) => {
          onFields({ ...fields, to });
        }}
      />
      <CreateProblem operation={operation} part={part} onCreate={submit} />
      <footer className="dialog-actions">
        <span className="grow" />
        <Button onClick={onClose}>{t`Cancel`}</Button>
        <Button type="submit" look="primary">
          {t`Create backup`}
        </Button>
      </footer>
    </form>
  );
}

function Passphrases(props: {
  readonly fields: Fields;
  readonly hasPassphrase: boolean;
  readonly tried: boolean;
  readonly onFields: (fields: Fields) => void;
}): ReactElement {
  const { fields, hasPassphrase, tried, onFields } = props;
  return (
    <>
      {hasPassphrase && (
        <TextField
          label={t`Passphrase of Postern`}
          secret
          value={fields.passphrase}
          error={tried && fields.passphrase === '' ? t`Enter it to continue.` : undefined}
          autoComplete="current-password"
          onText={(passphrase) => {
            onFields({ ...fields, passphrase });
          }}
        />
      )}
      <NewPassphrase
        label={t`Passphrase of the backup`}
        note={t`The backup has a passphrase of its own. Without it, nobody can open the backup, not even with your recovery code.`}
        entry={fields.entry}
        showErrors={tried}
        onEntry={(entry) => {
          onFields({ ...fields, entry });
        }}
      />
    </>
  );
}

/** A damaged database can be left out. */
function CreateProblem(props: {
  readonly operation: Operation;
  readonly part: Part | undefined;
  readonly onCreate: (without: Without) => void;
}): ReactElement | null {
  const { part } = props;
  const { problem } = props.operation;
  if (problem === undefined) return null;
  if (part === undefined) return <ProblemNotice problem={problem} />;
  return (
    <ProblemNotice
      problem={problem}
      actions={
        <Button
          onClick={() => {
            props.onCreate([part]);
          }}
        >
          {t`Leave out`}
        </Button>
      }
    >
      <span>{i18n._(LEFT_OUT[part].offer)}</span>
    </ProblemNotice>
  );
}

function Places(props: {
  readonly to: Place;
  readonly onChoose: (to: Place) => void;
}): ReactElement {
  const places = [
    {
      to: 'browser',
      label: t`Download`,
      hint: t`Your browser saves it. Move it to another disk or machine. Postern doesn’t know where it is then, so Erase everything can’t erase it.`,
    },
    {
      to: 'home',
      label: t`Keep on this machine`,
      hint: t`Postern lists it here and erases it with everything else. It is lost with this disk.`,
    },
  ] as const;
  return (
    <fieldset className="backup-places">
      <legend>{t`Where to`}</legend>
      {places.map(({ to, label, hint }) => (
        <div key={to}>
          <input
            type="radio"
            id={`backup-to-${to}`}
            name="backup-to"
            checked={to === props.to}
            onChange={() => {
              props.onChoose(to);
            }}
          />
          <label htmlFor={`backup-to-${to}`}>
            {label}
            <span>{hint}</span>
          </label>
        </div>
      ))}
    </fieldset>
  );
}

function MadeBackup(props: { readonly made: Made; readonly onClose: () => void }): ReactElement {
  const { contents, bytes, path, without } = props.made;
  return (
    <div className="renew-form">
      <p role="status">
        {path === null
          ? t`Your browser is saving it: ${{ name: nameOf(props.made) }}, ${{ size: sizeText(bytes) }}.`
          : t`It is verified and has ${{ size: sizeText(bytes) }}.`}
      </p>
      {path !== null && (
        <code className="backup-path" dir="ltr">
          {path}
        </code>
      )}
      {without.map((part) => (
        <Notice key={part} tone="warning" title={i18n._(LEFT_OUT[part].done)} />
      ))}
      <ContentsList contents={contents} />
      <footer className="dialog-actions">
        <span className="grow" />
        <Button ref={focusNow} look="primary" onClick={props.onClose}>
          {t`Done`}
        </Button>
      </footer>
    </div>
  );
}
