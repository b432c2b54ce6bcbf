import { Eye, EyeOff } from 'lucide-react';
import { useId, useState, type ComponentProps, type ReactElement, type ReactNode } from 'react';

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  readonly label: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
  /** Hidden as it is typed, with a way to look. */
  readonly secret?: boolean;
}

/** A labelled line of text with its hint and what is wrong with it. */
export function TextField(props: TextFieldProps): ReactElement {
  const { label, value, onText, hint, fault, secret = false, ...rest } = props;
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <div className="field" data-fault={fault !== undefined}>
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
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-words`}
          onChange={(event) => {
            onText(event.target.value);
          }}
        />
        {secret && (
          <button
            type="button"
            className="field-eye"
            aria-label={shown ? 'Hide what is typed' : 'Show what is typed'}
            aria-pressed={shown}
            onClick={() => {
              setShown(!shown);
            }}
          >
            {shown ? <EyeOff aria-hidden="true" size={16} /> : <Eye aria-hidden="true" size={16} />}
          </button>
        )}
      </div>
      <div id={`${id}-words`} className="field-words">
        {fault !== undefined && <p className="field-fault">{fault}</p>}
        {hint !== undefined && <div className="field-hint">{hint}</div>}
      </div>
    </div>
  );
}
