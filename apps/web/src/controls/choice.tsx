import { ChevronDown } from 'lucide-react';
import { useId, type ReactElement, type ReactNode } from 'react';

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** A labelled list of which one entry is chosen. */
export function Choice<T extends string>(props: {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
  readonly hint?: ReactNode;
}): ReactElement {
  const { label, options, value, onChoose, hint } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-box">
        <select
          id={id}
          value={value}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen !== undefined) onChoose(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden="true" size={16} />
      </div>
      {hint !== undefined && (
        <div id={`${id}-hint`} className="field-description">
          {hint}
        </div>
      )}
    </div>
  );
}
