import { plural, t } from '@lingui/core/macro';
import {
  MAX_OUTPUT_TOKENS,
  MAX_SYSTEM_PROMPT_LENGTH,
  MAX_TEMPERATURE,
  REASONING_EFFORTS,
  type ChatSettings,
} from '@postern/protocol';
import { formatNumber } from '../languages/formats.ts';

/** What the fields of the settings contain. An empty one is left to the provider. */
export interface SettingsDraft {
  readonly systemPrompt: string;
  readonly temperature: string;
  readonly effort: string;
  readonly maxOutputTokens: string;
}

export type SettingsErrors = Readonly<Partial<Record<keyof SettingsDraft, string>>>;

export function draftOf(settings: ChatSettings): SettingsDraft {
  return {
    systemPrompt: settings.systemPrompt ?? '',
    temperature: String(settings.temperature ?? ''),
    effort: settings.effort ?? '',
    maxOutputTokens: String(settings.maxOutputTokens ?? ''),
  };
}

/** What is wrong with each field. */
export function draftErrors(draft: SettingsDraft): SettingsErrors {
  const { systemPrompt, temperature, maxOutputTokens } = draft;
  const tokens = wholeNumber(maxOutputTokens);
  const maxTemperature = formatNumber(MAX_TEMPERATURE);
  const maxTokens = formatNumber(MAX_OUTPUT_TOKENS);
  return {
    ...(systemPrompt.length > MAX_SYSTEM_PROMPT_LENGTH && {
      systemPrompt: plural(MAX_SYSTEM_PROMPT_LENGTH, {
        one: 'Use at most # character.',
        other: 'Use at most # characters.',
      }),
    }),
    ...(temperature.trim() !== '' &&
      !(decimalNumber(temperature) <= MAX_TEMPERATURE) && {
        temperature: t`Enter a number from 0 to ${maxTemperature}.`,
      }),
    ...(maxOutputTokens.trim() !== '' &&
      !(tokens >= 1 && tokens <= MAX_OUTPUT_TOKENS) && {
        maxOutputTokens: t`Enter a whole number from 1 to ${maxTokens}.`,
      }),
  };
}

/** The settings in a draft; undefined if a field is wrong. */
export function settingsIn(draft: SettingsDraft): ChatSettings | undefined {
  if (Object.keys(draftErrors(draft)).length > 0) return undefined;
  const { systemPrompt, temperature, maxOutputTokens } = draft;
  const effort = REASONING_EFFORTS.find((known) => known === draft.effort);
  return {
    ...(systemPrompt.trim() !== '' && { systemPrompt }),
    ...(temperature.trim() !== '' && { temperature: decimalNumber(temperature) }),
    ...(effort !== undefined && { effort }),
    ...(maxOutputTokens.trim() !== '' && { maxOutputTokens: wholeNumber(maxOutputTokens) }),
  };
}

/** The settings in those fields of a draft that aren't wrong. */
export function validSettingsIn(draft: SettingsDraft): ChatSettings {
  const errors = draftErrors(draft);
  const { systemPrompt, temperature, maxOutputTokens } = draft;
  const valid = {
    ...draft,
    systemPrompt: errors.systemPrompt === undefined ? systemPrompt : '',
    temperature: errors.temperature === undefined ? temperature : '',
    maxOutputTokens: errors.maxOutputTokens === undefined ? maxOutputTokens : '',
  };
  return settingsIn(valid) ?? {};
}

export function isSameDraft(one: SettingsDraft, other: SettingsDraft): boolean {
  return (
    one.systemPrompt === other.systemPrompt &&
    one.temperature === other.temperature &&
    one.effort === other.effort &&
    one.maxOutputTokens === other.maxOutputTokens
  );
}

/** A number with a decimal point or comma; NaN for other texts. */
function decimalNumber(text: string): number {
  const found = /^\d{1,3}(?:[.,]\d{1,10})?$/.exec(text.trim());
  return found === null ? Number.NaN : Number(found[0].replace(',', '.'));
}

function wholeNumber(text: string): number {
  return /^\d{1,12}$/.test(text.trim()) ? Number(text) : Number.NaN;
}
