import { Monitor, Moon, Sun } from 'lucide-react';
import type { Settings } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { ProblemNotice } from '../controls/notice.tsx';
import { applySettings } from '../session/session.ts';
import { showTheme, type Theme } from '../theme/theme.ts';

const THEMES = [
  { theme: 'system', label: 'System', Icon: Monitor },
  { theme: 'light', label: 'Light', Icon: Sun },
  { theme: 'dark', label: 'Dark', Icon: Moon },
] as const;

export function AppearanceSection({ settings }: { readonly settings: Settings }): ReactElement {
  const [problem, setProblem] = useState<RequestProblem>();
  const choose = async (theme: Theme): Promise<void> => {
    showTheme(theme);
    const changed = await appApi.changeSettings({ theme });
    if (changed.ok) {
      applySettings(changed.value);
      setProblem(undefined);
    } else {
      showTheme(settings.theme);
      setProblem(changed.failure);
    }
  };
  return (
    <section className="settings-section" aria-labelledby="appearance">
      <h2 id="appearance">Appearance</h2>
      <fieldset className="themes">
        <legend>Theme</legend>
        {THEMES.map(({ theme, label, Icon }) => (
          <div key={theme} className="theme-choice">
            <input
              type="radio"
              name="theme"
              id={`theme-${theme}`}
              checked={settings.theme === theme}
              onChange={() => void choose(theme)}
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
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </section>
  );
}
