import { Hono } from 'hono';
import {
  PrivacyInputSchema,
  settingName,
  type ConfigInput,
  type PrivacyInput,
  type PrivacySettings,
} from '@postern/protocol';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';

/** Shows and changes the settings for privacy. The audit log records which ones were changed. */
export function privacyRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.get('/privacy', () => Response.json(settingsOf(postern)));
  app.patch('/privacy', async (context) => {
    const input = await parseBody(context, PrivacyInputSchema);
    if (!input.ok) return input.response;
    const names = Object.keys(input.value).map((name) =>
      settingName.from(`${isOfVault(name) ? 'vault' : 'privacy'}.${name}`),
    );
    const changed = await postern.change((written) => changedBy(written, input.value), names);
    return changed.ok ? Response.json(settingsOf(postern)) : failureResponse(changed.failure);
  });
  return app;
}

function settingsOf(postern: Postern): PrivacySettings {
  const { vault, privacy } = postern.config();
  return { ...vault, ...privacy };
}

const OF_PRIVACY = ['clearHistoryOnExit', 'localModelsOnly', 'titlesByModel'];

function isOfVault(name: string): boolean {
  return !OF_PRIVACY.includes(name);
}

function changedBy(written: ConfigInput, input: PrivacyInput): ConfigInput {
  const { clearHistoryOnExit, localModelsOnly, titlesByModel, ...vault } = input;
  return {
    ...written,
    vault: { ...written.vault, ...vault },
    privacy: {
      ...written.privacy,
      ...(clearHistoryOnExit === undefined ? {} : { clearHistoryOnExit }),
      ...(localModelsOnly === undefined ? {} : { localModelsOnly }),
      ...(titlesByModel === undefined ? {} : { titlesByModel }),
    },
  };
}
