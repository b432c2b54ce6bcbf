import { t } from '@lingui/core/macro';
import { Languages } from 'lucide-react';
import { useEffect, useId, useRef, type ReactElement } from 'react';
import { chooseLanguage, isLanguage, language, LANGUAGE_NAMES } from '../languages/language.ts';
import { sortedByName } from '../languages/sorted-store.ts';

/** The page renders anew in the chosen language, and the focus has to come back to where it was chosen. */
let wasChosen = false;

/** The language of the interface, with a label. */
export function LanguageField(): ReactElement {
  const id = useId();
  return (
    <div className="field language-field">
      <label htmlFor={id}>{t`Language`}</label>
      <div className="field-box">
        <LanguageSelect id={id} />
      </div>
    </div>
  );
}

/** The same for the screens before the chat, where a sign says what it is. */
export function LanguageButton(): ReactElement {
  return (
    <span className="language-button">
      <Languages aria-hidden="true" size={16} />
      <LanguageSelect label={t`Language`} />
    </span>
  );
}

function LanguageSelect(props: { readonly id?: string; readonly label?: string }): ReactElement {
  const select = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    if (wasChosen) select.current?.focus();
    wasChosen = false;
  }, []);
  return (
    <select
      ref={select}
      id={props.id}
      aria-label={props.label}
      value={language.get()}
      onChange={({ target: { value } }) => {
        if (!isLanguage(value)) return;
        wasChosen = true;
        void chooseLanguage(value);
      }}
    >
      {sortedByName(LANGUAGE_NAMES, ([, name]) => name).map(([value, name]) => (
        <option key={value} value={value} lang={value}>
          {name}
        </option>
      ))}
    </select>
  );
}
