import type { ChatSettings, ModelRequest, Provider, SettingWarning, Turn } from '@postern/protocol';
import { requestWarnings } from '@postern/upstreams';

/** Adds the settings of a chat to a request. */
export function withSettings(request: ModelRequest, settings: ChatSettings = {}): ModelRequest {
  const { systemPrompt = '', temperature, effort, maxOutputTokens } = settings;
  const system: readonly Turn[] =
    systemPrompt.trim() === ''
      ? []
      : [{ role: 'system', parts: [{ kind: 'text', text: systemPrompt }] }];
  return {
    ...request,
    turns: [...system, ...request.turns],
    ...(temperature !== undefined && { temperature }),
    ...(effort !== undefined && { reasoning: { effort } }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  };
}

/** The fields of a request, as encoders name them in their warnings, by setting. */
const FIELDS = {
  systemPrompt: 'turns',
  temperature: 'temperature',
  effort: 'reasoning',
  maxOutputTokens: 'maxOutputTokens',
} as const satisfies Readonly<Record<keyof ChatSettings, keyof ModelRequest>>;

const SETTINGS = ['systemPrompt', 'temperature', 'effort', 'maxOutputTokens'] as const;

/**
 * What a model of the provider doesn't take of the settings. Encodes a request with them, as for a real one, so that
 * it says what would be sent.
 */
export function settingWarnings(
  provider: Provider,
  model: string,
  settings: ChatSettings,
): readonly SettingWarning[] {
  const used = SETTINGS.filter((setting) => settings[setting] !== undefined);
  // The demo answers from a script.
  if (provider.inProcess) return used.map((setting) => ({ setting, kind: 'dropped' }));
  const turns: readonly Turn[] = [{ role: 'user', parts: [{ kind: 'text', text: 'x' }] }];
  const request = withSettings({ model, turns, stream: true }, settings);
  const warnings = requestWarnings(provider, request);
  if (warnings === undefined) return used.map((setting) => ({ setting, kind: 'dropped' }));
  return used.flatMap((setting) => {
    const kinds = warnings
      .filter(({ path }) => path === FIELDS[setting] || path.startsWith(`${FIELDS[setting]}.`))
      .map(({ kind }) => kind);
    if (kinds.length === 0) return [];
    return [{ setting, kind: kinds.includes('dropped') ? 'dropped' : 'changed' }];
  });
}
