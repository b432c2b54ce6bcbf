import type { Appearance } from '@postern/protocol';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { ProblemNotice } from '../controls/notice.tsx';
import { applySettings } from '../session/session.ts';
import { showAppearance } from '../theme/theme.ts';

const THEMES = [
  { theme: 'system', label: 'System', Icon: Monitor },
  { theme: 'light', label: 'Light', Icon: Sun },
  { theme: 'dark', label: 'Dark', Icon: Moon },
] as const;

const CONTRASTS = [
  { value: 'system', label: 'System' },
  { value: 'normal', label: 'Normal' },
  { value: 'high', label: 'High' },
] as const;

const TEXT_SIZES = [
  { value: 'small', label: 'Small' },
  { value: 'medium', label: 'Medium' },
  { value: 'large', label: 'Large' },
  { value: 'largest', label: 'Largest' },
] as const;

const COLUMN_WIDTHS = [
  { value: 'narrow', label: 'Narrow' },
  { value: 'wide', label: 'Wide' },
  { value: 'full', label: 'Full' },
] as const;

/** Theme, contrast, text size and the width of messages. Each acts at once. */
export function AppearanceSection({ settings }: { readonly settings: Appearance }): ReactElement {
  const [problem, setProblem] = useState<RequestProblem>();
  const change = async (wanted: Partial<Appearance>): Promise<void> => {
    showAppearance({ ...settings, ...wanted });
    const changed = await appApi.changeSettings(wanted);
    if (changed.ok) {
      applySettings(changed.value);
      setProblem(undefined);
    } else {
      showAppearance(settings);
      setProblem(changed.failure);
    }
  };
  return (
    <section className="settings-section" aria-labelledby="appearance">
      <h2 id="appearance">Appearance</h2>
      <ThemeChoice theme={settings.theme} onChange={(theme) => void change({ theme })} />
      <Segmented
        name="contrast"
        legend="Contrast"
        hint="High contrast shows black on white or white on black, with stronger lines."
        options={CONTRASTS}
        value={settings.contrast}
        onChange={(contrast) => void change({ contrast })}
      />
      <Segmented
        name="text-size"
        legend="Text size"
        options={TEXT_SIZES}
        value={settings.textSize}
        onChange={(textSize) => void change({ textSize })}
      />
      <Segmented
        name="column-width"
        legend="Width of messages"
        options={COLUMN_WIDTHS}
        value={settings.columnWidth}
        onChange={(columnWidth) => void change({ columnWidth })}
      />
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </section>
  );
}

function ThemeChoice(props: {
  readonly theme: Appearance['theme'];
  readonly onChange: (theme: Appearance['theme']) => void;
}): ReactElement {
  return (
    <fieldset className="themes">
      <legend>Theme</legend>
      {THEMES.map(({ theme, label, Icon }) => (
        <div key={theme} className="theme-choice">
          <input
            type="radio"
            name="theme"
            id={`theme-${theme}`}
            checked={props.theme === theme}
            onChange={() => {
              props.onChange(theme);
            }}
          />
          <label htmlFor={`theme-${theme}`} data-theme-preview={theme}>
            <span className="theme-picture" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span className="theme-name">
              <Icon aria-hidden="true" size={15} />
              {label}
            </span>
          </label>
        </div>
      ))}
    </fieldset>
  );
}

/** A few exclusive options in one row. */
function Segmented<T extends string>(props: {
  readonly name: string;
  readonly legend: string;
  readonly hint?: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}): ReactElement {
  const { name, legend, hint, options, value, onChange } = props;
  return (
    <fieldset
      className="segmented"
      aria-describedby={hint === undefined ? undefined : `${name}-hint`}
    >
      <legend>{legend}</legend>
      <div className="segments">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => {
                onChange(option.value);
              }}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {hint !== undefined && <p id={`${name}-hint`}>{hint}</p>}
    </fieldset>
  );
}
