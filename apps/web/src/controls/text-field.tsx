import { t } from '@lingui/core/macro';
import { Eye, EyeOff } from 'lucide-react';
import { useId, useState, type ComponentProps, type ReactElement, type ReactNode } from 'react';

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  readonly label: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** Masks the text, with a button that shows it. */
  readonly secret?: boolean;
}

/** A labelled text field with a hint and an error message. */
export function TextField(props: TextFieldProps): ReactElement {
  const { label, value, onText, hint, error, secret = false, ...rest } = props;
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <div className="field" data-error={error !== undefined}>
      <label htmlFor={id}>{label}</label>
      <div className="field-box">
        <input
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          {...rest}
          id={id}
          type={secret && !shown ? 'password' : (rest.type ?? 'text')}
          value={value}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-description`}
          onChange={(event) => {
            onText(event.target.value);
          }}
        />
        {secret && (
          <button
            type="button"
            className="field-eye"
            aria-label={shown ? t`Hide text` : t`Show text`}
            aria-pressed={shown}
            onClick={() => {
              setShown(!shown);
            }}
          >
            {shown ? <EyeOff aria-hidden="true" size={16} /> : <Eye aria-hidden="true" size={16} />}
          </button>
        )}
      </div>
      <div id={`${id}-description`} className="field-description">
        {error !== undefined && <p className="field-error">{error}</p>}
        {hint !== undefined && <div className="field-hint">{hint}</div>}
      </div>
    </div>
  );
}
