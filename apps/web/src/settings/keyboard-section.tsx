import { t } from '@lingui/core/macro';
import { Keyboard, RotateCcw, X } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Button, IconButton } from '../controls/button.tsx';
import { TextField } from '../controls/text-field.tsx';
import { showToast } from '../controls/toasts.tsx';
import {
  ACTION_GROUPS,
  actions,
  titleOfGroup,
  type Action,
  type Chord,
} from '../shortcuts/action.ts';
import { bindings, changeBindings, keysOfAll, type Bindings } from '../shortcuts/bindings.ts';
import { chordText } from '../shortcuts/chord-keys.ts';
import { Chords } from '../shortcuts/shortcuts-sheet.tsx';
import { useStore } from '../state/store.ts';
import { ChordRecorder } from './chord-recorder.tsx';

/** Every action with its keys, which can be changed. */
export function KeyboardSection(): ReactElement {
  const all = useStore(actions);
  const now = useStore(bindings);
  const [wanted, setWanted] = useState('');
  const [recording, setRecording] = useState<string>();
  const keys = keysOfAll(all, now);
  const found = all.filter((action) => matches(action, keys.get(action.id) ?? [], wanted));
  const isChanged = Object.keys(now.keys).length > 0;
  return (
    <section className="settings-section" aria-labelledby="keyboard">
      <h2 id="keyboard">{t`Keyboard`}</h2>
      <p className="settings-lead">
        {t`The keys of every action. Changes are for this browser, in all its pages of Postern.`}
      </p>
      <SingleKeys isOn={now.singleKeys} />
      <div className="keyboard-head">
        <TextField label={t`Find an action or a key`} value={wanted} onText={setWanted} />
        <Button
          disabled={!isChanged}
          onClick={() => {
            change({ ...now, keys: {} }, t`All keys are reset.`);
          }}
        >
          {t`Reset all`}
        </Button>
      </div>
      {ACTION_GROUPS.map((group) => (
        <ActionGroupRows
          key={group}
          name={titleOfGroup(group)}
          rows={found.filter((action) => action.group === group)}
          keys={keys}
          recording={recording}
          onRecord={setRecording}
        />
      ))}
      {found.length === 0 && <p className="quiet">{t`No action has these words or keys.`}</p>}
    </section>
  );
}

function SingleKeys({ isOn }: { readonly isOn: boolean }): ReactElement {
  return (
    <div className="keyboard-single">
      <input
        type="checkbox"
        id="single-keys"
        checked={isOn}
        aria-describedby="single-keys-hint"
        onChange={(event) => {
          changeBindings({ ...bindings.get(), singleKeys: event.target.checked });
        }}
      />
      <label htmlFor="single-keys">{t`Single-key shortcuts`}</label>
      <p id="single-keys-hint">
        {t`Keys like ? without Ctrl or Alt. Turn them off if speech input or a slip presses them.`}
      </p>
    </div>
  );
}

function ActionGroupRows(props: {
  readonly name: string;
  readonly rows: readonly Action[];
  readonly keys: ReadonlyMap<string, readonly Chord[]>;
  readonly recording: string | undefined;
  readonly onRecord: (id: string | undefined) => void;
}): ReactElement | null {
  const { name, rows, keys, recording, onRecord } = props;
  if (rows.length === 0) return null;
  return (
    <section className="keyboard-group" aria-label={name}>
      <h3>{name}</h3>
      <ul>
        {rows.map((action) => (
          <li key={action.id}>
            <ActionRow
              action={action}
              chords={keys.get(action.id) ?? []}
              isRecording={recording === action.id}
              onRecord={onRecord}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ActionRow(props: {
  readonly action: Action;
  readonly chords: readonly Chord[];
  readonly isRecording: boolean;
  readonly onRecord: (id: string | undefined) => void;
}): ReactElement {
  const { action, chords, isRecording, onRecord } = props;
  const { id } = action;
  const label = action.label();
  return (
    <>
      <div className="keyboard-row">
        <span className="keyboard-label">{label}</span>
        {chords.length > 0 ? (
          <Chords chords={chords} />
        ) : (
          <span className="quiet">{t`No keys`}</span>
        )}
        <span className="keyboard-buttons">
          <IconButton
            label={t`Change the keys of ${label}`}
            aria-expanded={isRecording}
            onClick={() => {
              onRecord(isRecording ? undefined : id);
            }}
          >
            <Keyboard aria-hidden="true" size={16} />
          </IconButton>
          <RemoveAndReset action={action} hasKeys={chords.length > 0} />
        </span>
      </div>
      {isRecording && (
        <ChordRecorder
          action={action}
          onChord={(chord) => {
            onRecord(undefined);
            const keys = chordText(chord);
            setKeys(id, [chord], t`${label} has ${keys} now.`);
          }}
          onCancel={() => {
            onRecord(undefined);
          }}
        />
      )}
    </>
  );
}

function RemoveAndReset(props: {
  readonly action: Action;
  readonly hasKeys: boolean;
}): ReactElement {
  const { action, hasKeys } = props;
  const { id } = action;
  const label = action.label();
  const isOwn = id in useStore(bindings).keys;
  return (
    <>
      <IconButton
        label={t`Remove the keys of ${label}`}
        disabled={!hasKeys}
        onClick={() => {
          setKeys(id, [], t`${label} has no keys now.`);
        }}
      >
        <X aria-hidden="true" size={16} />
      </IconButton>
      <IconButton
        label={t`Reset the keys of ${label}`}
        disabled={!isOwn}
        onClick={() => {
          resetKeys(action);
        }}
      >
        <RotateCcw aria-hidden="true" size={15} />
      </IconButton>
    </>
  );
}

/** Gives an action these keys and takes them from the others. */
function setKeys(id: string, chords: readonly Chord[], done: string): void {
  const now = bindings.get();
  const others = [...keysOfAll(actions.get(), now)].flatMap(([other, known]) => {
    const kept = known.filter((chord) => !chords.includes(chord));
    return other === id || kept.length === known.length ? [] : [[other, kept] as const];
  });
  change({ ...now, keys: { ...now.keys, ...Object.fromEntries(others), [id]: chords } }, done);
}

/** Its own keys again, except those that the user gave to another action. */
function resetKeys(action: Action): void {
  const { id } = action;
  const label = action.label();
  const now = bindings.get();
  const keys = Object.fromEntries(Object.entries(now.keys).filter(([other]) => other !== id));
  change({ ...now, keys }, t`The keys of ${label} are reset.`);
}

function change(next: Bindings, done: string): void {
  const before = bindings.get();
  const isStored = changeBindings(next);
  showToast(isStored ? done : t`${done} The browser couldn’t store it, so only this page has it.`, {
    action: {
      label: t`Undo`,
      run: () => {
        changeBindings(withKeysOf(bindings.get(), before, next));
      },
    },
  });
}

/** The keys that differ between `before` and `next` as they were before; later changes stay. */
function withKeysOf(now: Bindings, before: Bindings, next: Bindings): Bindings {
  const differs = (id: string): boolean => before.keys[id] !== next.keys[id];
  const kept = Object.entries(now.keys).filter(([id]) => !differs(id));
  const again = Object.entries(before.keys).filter(([id]) => differs(id));
  return { ...now, keys: Object.fromEntries([...kept, ...again]) };
}

function matches({ label, words }: Action, chords: readonly Chord[], wanted: string): boolean {
  const text = [label(), words?.() ?? '', ...chords.map(chordText)].join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/[\s+]+/u)
    .every((word) => text.includes(word));
}
