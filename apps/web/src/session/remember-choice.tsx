import { t } from '@lingui/core/macro';
import { useId, useState, type ReactElement } from 'react';
import {
  canBeRemembered,
  chooseToRemember,
  isRemembered,
  rememberChoice,
} from './remembered-browser.ts';

/** A check box for the next sign-in. Nothing if the browser is remembered or can't be. */
export function RememberChoice(): ReactElement | null {
  const [chosen, setChosen] = useState(rememberChoice);
  const id = useId();
  if (isRemembered() || !canBeRemembered()) return null;
  return (
    <div>
      <label className="check" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={chosen}
          aria-describedby={`${id}-hint`}
          onChange={(event) => {
            setChosen(event.target.checked);
            chooseToRemember(event.target.checked);
          }}
        />
        {t`Remember this browser`}
      </label>
      <p id={`${id}-hint`} className="check-hint">
        {t`It then signs in without a link, also after Postern restarts. Postern forgets it after 30 days without use.`}
      </p>
    </div>
  );
}
