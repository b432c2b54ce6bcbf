import { plural, t } from '@lingui/core/macro';
import type { ModelGroup, Preset } from '@postern/protocol';
import { effortLabel } from './settings-fields.tsx';
import { formatNumber } from '../languages/formats.ts';

/** What a preset has, in one line. */
export function presetSummary(
  { model, settings }: Pick<Preset, 'model' | 'settings'>,
  groups: readonly ModelGroup[],
): string {
  const { systemPrompt, temperature, effort, maxOutputTokens } = settings;
  const temperatureText = temperature === undefined ? '' : formatNumber(temperature);
  const effortText = effort === undefined ? '' : effortLabel(effort);
  const parts = [
    model === undefined ? t`Any model` : labelOf(model, groups),
    temperature === undefined ? '' : t`Temperature ${temperatureText}`,
    effort === undefined ? '' : t`Effort: ${effortText}`,
    maxOutputTokens === undefined
      ? ''
      : plural(maxOutputTokens, { one: 'at most # token', other: 'at most # tokens' }),
    systemPrompt?.slice(0, 120).replace(/\s+/g, ' ').toWellFormed().trim() ?? '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function labelOf(
  { provider, model }: NonNullable<Preset['model']>,
  groups: readonly ModelGroup[],
): string {
  const group = groups.find((known) => known.provider === provider);
  return group?.models.find(({ id }) => id === model)?.label ?? model;
}
