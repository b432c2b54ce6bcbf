import type { Appearance } from '@postern/protocol';
import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { LanguageField } from '../controls/language-choice.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { i18n } from '../languages/i18n.ts';
import { applySettings } from '../session/session.ts';
import { showAppearance } from '../theme/theme.ts';

const THEMES = [
  { theme: 'system', label: msg`System`, Icon: Monitor },
  { theme: 'light', label: msg`Light`, Icon: Sun },
  { theme: 'dark', label: msg`Dark`, Icon: Moon },
] as const;

const CONTRASTS = [
  { value: 'system', label: msg`System` },
  { value: 'normal', label: msg`Normal` },
  { value: 'high', label: msg`High` },
] as const;

const TEXT_SIZES = [
  { value: 'small', label: msg`Small` },
  { value: 'medium', label: msg`Medium` },
  { value: 'large', label: msg`Large` },
  { value: 'largest', label: msg`Largest` },
] as const;

const COLUMN_WIDTHS = [
  { value: 'narrow', label: msg`Narrow` },
  { value: 'wide', label: msg`Wide` },
  { value: 'full', label: msg`Full` },
] as const;

const DIAGRAMS = [
  { value: 'drawn', label: msg`Drawn` },
  { value: 'code', label: msg`As code` },
] as const;

/** Language, theme, contrast, text size, the width of messages and whether diagrams are drawn. Each acts at once. */
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
      <h2 id="appearance">{t`Appearance`}</h2>
      <LanguageField />
      <ThemeChoice theme={settings.theme} onChange={(theme) => void change({ theme })} />
      <Segmented
        name="contrast"
        legend={t`Contrast`}
        hint={t`High contrast shows black on white or white on black, with stronger lines.`}
        options={CONTRASTS}
        value={settings.contrast}
        onChange={(contrast) => void change({ contrast })}
      />
      <Segmented
        name="text-size"
        legend={t`Text size`}
        options={TEXT_SIZES}
        value={settings.textSize}
        onChange={(textSize) => void change({ textSize })}
      />
      <Segmented
        name="column-width"
        legend={t`Width of messages`}
        options={COLUMN_WIDTHS}
        value={settings.columnWidth}
        onChange={(columnWidth) => void change({ columnWidth })}
      />
      <Segmented
        name="diagrams"
        legend={t`Mermaid diagrams`}
        hint={t`Diagrams are drawn in a frame of their own, without access to the page or the network.`}
        options={DIAGRAMS}
        value={settings.diagrams}
        onChange={(diagrams) => void change({ diagrams })}
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
      <legend>{t`Theme`}</legend>
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
              {i18n._(label)}
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
  readonly options: readonly { readonly value: T; readonly label: MessageDescriptor }[];
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
            <span>{i18n._(option.label)}</span>
          </label>
        ))}
      </div>
      {hint !== undefined && <p id={`${name}-hint`}>{hint}</p>}
    </fieldset>
  );
}
