import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { isComposing } from '../controls/composition.ts';
import { Keys } from '../controls/keys.tsx';
import { actions, type Action, type Chord } from '../shortcuts/action.ts';
import { bindings, keysOfAll } from '../shortcuts/bindings.ts';
import { chordKeys } from '../shortcuts/chord-keys.ts';
import { chordsOf } from '../shortcuts/key-press.ts';
import { refusalOf } from '../shortcuts/refused-chords.ts';

/** A chord that was pressed: it is refused, or another action has it. */
interface Pressed {
  readonly chord: Chord;
  readonly refusal: string | undefined;
  readonly owner: Action | undefined;
}

/** Waits for the keys that an action gets. Esc cancels, and Tab goes on. */
export function ChordRecorder(props: {
  readonly action: Action;
  readonly onChord: (chord: Chord) => void;
  readonly onCancel: () => void;
}): ReactElement {
  const { action, onChord, onCancel } = props;
  const label = action.label();
  const [pressed, setPressed] = useState<Pressed>();
  const box = useRef<HTMLDivElement>(null);
  useReturnedFocus(box);
  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event) || isForButtons(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      onCancel();
      return;
    }
    const [chord] = chordsOf(event.nativeEvent);
    if (chord === undefined) return;
    const refusal = refusalOf(chord);
    const owner = ownerOf(chord, action);
    if (refusal === undefined && owner === undefined) onChord(chord);
    else setPressed({ chord, refusal, owner });
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it takes the keys that are recorded
    <div
      ref={box}
      className="chord-recorder"
      role="group"
      aria-label={t`New keys of ${label}`}
      tabIndex={-1}
      onKeyDown={keyDown}
    >
      <p role="status">
        <Told action={action} pressed={pressed} />
      </p>
      <div className="chord-buttons">
        {pressed?.refusal === undefined && pressed?.owner !== undefined && (
          <Button
            look="primary"
            onClick={() => {
              onChord(pressed.chord);
            }}
          >
            {t`Replace`}
          </Button>
        )}
        <Button onClick={onCancel}>{t`Cancel`}</Button>
      </div>
    </div>
  );
}

function Told(props: {
  readonly action: Action;
  readonly pressed: Pressed | undefined;
}): ReactElement {
  const { action, pressed } = props;
  const label = action.label();
  if (pressed === undefined) {
    return <>{t`Press the new keys of “${label}”. Esc cancels.`}</>;
  }
  const keys = <Keys keys={chordKeys(pressed.chord)} />;
  if (pressed.refusal !== undefined) {
    return (
      <>
        <Trans>{keys} can’t be used.</Trans> {pressed.refusal} {t`Press other keys.`}
      </>
    );
  }
  const owner = pressed.owner?.label();
  return (
    <Trans>
      {keys} belongs to “{owner}”. Replace it there, or press other keys.
    </Trans>
  );
}

/** Enter and Space press a button, and Tab moves between them. */
function isForButtons({ key, target }: KeyboardEvent): boolean {
  if (key === 'Tab') return true;
  return target instanceof HTMLButtonElement && (key === 'Enter' || key === ' ');
}

function ownerOf(chord: Chord, { id }: Action): Action | undefined {
  const all = actions.get();
  const keys = keysOfAll(all, bindings.get());
  return all.find((other) => other.id !== id && keys.get(other.id)?.includes(chord) === true);
}

/** Takes the focus, and gives it back when it is gone with the recorder. */
function useReturnedFocus(box: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement;
    const element = box.current;
    element?.focus();
    return () => {
      const isLost =
        element?.contains(document.activeElement) === true ||
        document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [box]);
}
