import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { ChatSettings, SettingWarning } from '@postern/protocol';
import { useEffect, useState } from 'react';
import { appApi } from '../api/app-api.ts';
import { i18n } from '../languages/i18n.ts';
import type { OfferedModel } from '../models/choose-model.ts';

/** How long typing must pause before the settings are checked. */
const PAUSE_MS = 250;

const NONE: readonly SettingWarning[] = [];

/** What the model doesn't take of the settings. */
export function useWarnings(
  model: OfferedModel | undefined,
  settings: ChatSettings,
): readonly SettingWarning[] {
  const [warnings, setWarnings] = useState(NONE);
  const provider = model?.provider;
  const id = model?.model;
  const { temperature, effort, maxOutputTokens } = settings;
  const hasPrompt = settings.systemPrompt !== undefined;
  const isEmpty = Object.keys(settings).length === 0;
  useEffect(() => {
    if (provider === undefined || id === undefined || isEmpty) return undefined;
    let isCurrent = true;
    const checked: ChatSettings = {
      // Its text makes no difference.
      ...(hasPrompt && { systemPrompt: 'x' }),
      ...(temperature !== undefined && { temperature }),
      ...(effort !== undefined && { effort }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    };
    const timer = setTimeout(() => {
      void appApi.checkSettings({ provider, model: id, settings: checked }).then((found) => {
        if (isCurrent) setWarnings(found.ok ? found.value : NONE);
      });
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [provider, id, isEmpty, hasPrompt, temperature, effort, maxOutputTokens]);
  return isEmpty ? NONE : warnings;
}

const WORDS: Readonly<
  Record<SettingWarning['setting'], Readonly<Record<SettingWarning['kind'], MessageDescriptor>>>
> = {
  systemPrompt: {
    dropped: msg`This model takes no system prompt. It isn’t sent.`,
    changed: msg`This model takes the system prompt in another form.`,
  },
  temperature: {
    dropped: msg`This model takes no temperature with these settings. It isn’t sent.`,
    changed: msg`This model doesn’t take a temperature above 1. 1 is sent.`,
  },
  effort: {
    dropped: msg`This model takes no reasoning effort. It isn’t sent.`,
    changed: msg`This model doesn’t take this effort. The nearest setting is sent.`,
  },
  maxOutputTokens: {
    dropped: msg`This model takes no limit of its output. It isn’t sent.`,
    changed: msg`This model gives fewer tokens. Its own limit is sent.`,
  },
};

/** The warning about one setting, in words. */
export function warningText(
  warnings: readonly SettingWarning[],
  setting: SettingWarning['setting'],
): string | undefined {
  const found = warnings.find((warning) => warning.setting === setting);
  return found && i18n._(WORDS[setting][found.kind]);
}
