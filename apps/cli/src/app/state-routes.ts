import { Hono } from 'hono';
import {
  SettingsInputSchema,
  SetupInputSchema,
  UnlockInputSchema,
  type AppState,
  type Settings,
  type SetupAnswer,
} from '@postern/protocol';
import { revealSecret } from '@postern/kernel';
import { describeVaultFailure } from '@postern/vault';
import type { Postern } from '../services/postern.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { failureResponse, parseBody } from './answers.ts';

/** First run, unlocking and settings. */
export function stateRoutes(parts: AppApiParts): Hono {
  const { postern } = parts;
  const app = new Hono();
  app.get('/state', () => Response.json(stateOf(parts)));
  app.post('/setup', async (context) => {
    const input = await parseBody(context, SetupInputSchema);
    if (!input.ok) return input.response;
    const code = await postern.setUp(input.value);
    if (!code.ok) return failureResponse(code.failure);
    const answer: SetupAnswer = { recoveryCode: revealSecret(code.value), state: stateOf(parts) };
    return Response.json(answer);
  });
  app.post('/unlock', async (context) => {
    const input = await parseBody(context, UnlockInputSchema);
    if (!input.ok) return input.response;
    const unlocked = await postern.unlock(input.value);
    return unlocked.ok ? Response.json(stateOf(parts)) : failureResponse(unlocked.failure);
  });
  app.post('/lock', async () => {
    await postern.locking.lock('ASKED');
    return Response.json(stateOf(parts));
  });
  app.get('/settings', () => Response.json(settingsOf(postern)));
  app.patch('/settings', async (context) => {
    const input = await parseBody(context, SettingsInputSchema);
    if (!input.ok) return input.response;
    const { theme } = input.value;
    if (theme !== undefined) {
      const changed = await postern.change((written) => ({
        ...written,
        appearance: { ...written.appearance, theme },
      }));
      if (!changed.ok) return failureResponse(changed.failure);
    }
    return Response.json(settingsOf(postern));
  });
  return app;
}

function stateOf(parts: AppApiParts): AppState {
  const { postern, version, gatewayUrl } = parts;
  return {
    phase: phaseOf(postern),
    version,
    storage: postern.vault.storage ?? null,
    keyring: keyringOf(postern),
    gatewayUrl,
    settings: settingsOf(postern),
  };
}

function phaseOf(postern: Postern): AppState['phase'] {
  if (postern.vault.state === 'absent') return 'setup';
  return postern.stores() === undefined ? 'locked' : 'ready';
}

function keyringOf(postern: Postern): AppState['keyring'] {
  if (postern.keyring.available) return { available: true };
  const { code, message } = describeVaultFailure(postern.keyring.failure);
  return { available: false, code, message };
}

function settingsOf(postern: Postern): Settings {
  return { theme: postern.config().appearance.theme };
}
