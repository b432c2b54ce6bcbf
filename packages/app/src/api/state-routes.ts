import { Hono, type Context } from 'hono';
import {
  type AppState,
  problem,
  type Settings,
  SettingsInputSchema,
  type SetupAnswer,
  SetupInputSchema,
  type UnlockAnswer,
  type UnlockInput,
  UnlockInputSchema,
} from '@postern/protocol';
import { revealSecret } from '@postern/kernel';
import { describeVaultFailure } from '@postern/vault';
import type { Postern } from '../postern.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { isStillRemembered } from './browser-routes.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppEnv } from './require-session.ts';
import { givePass } from './session-routes.ts';

/** Set-up, unlocking and settings. */
export function stateRoutes(parts: AppApiParts): Hono<AppEnv> {
  const { postern } = parts;
  const app = new Hono<AppEnv>();
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
    return await unlock(parts, context, input.value);
  });
  app.post('/lock', async () => {
    await postern.locking.lock('ASKED');
    return Response.json(stateOf(parts));
  });
  app.get('/settings', () => Response.json(settingsOf(postern)));
  app.patch('/settings', async (context) => {
    const input = await parseBody(context, SettingsInputSchema);
    if (!input.ok) return input.response;
    const changed = await postern.change((written) => ({
      ...written,
      appearance: { ...written.appearance, ...input.value },
    }));
    if (!changed.ok) return failureResponse(changed.failure);
    return Response.json(settingsOf(postern));
  });
  return app;
}

/**
 * A locked session proves with the passphrase that it belongs to the user, and becomes a new
 * session.
 */
async function unlock(
  parts: AppApiParts,
  context: Context<AppEnv>,
  input: UnlockInput,
): Promise<Response> {
  const session = context.get('session');
  if (session.isLocked && 'keyring' in input) {
    return failureResponse(problem('SESSION_REQUIRED'));
  }
  const unlocked = await parts.postern.unlock(input);
  if (!unlocked.ok) return failureResponse(unlocked.failure);
  if (!session.isLocked) {
    parts.sessions.endLocked();
    return context.json({ state: stateOf(parts) } satisfies UnlockAnswer);
  }
  const isTrusted = unlocked.value === 'opened' && isStillRemembered(parts, session.remembered);
  const pass = isTrusted ? parts.sessions.reopen(session) : undefined;
  if (pass === undefined) return failureResponse(problem('SESSION_REQUIRED'));
  givePass(parts, context, pass);
  return context.json({ state: stateOf(parts), secret: pass.secret } satisfies UnlockAnswer);
}

export function stateOf(parts: AppApiParts): AppState {
  const { postern, version, place } = parts;
  return {
    phase: phaseOf(postern),
    version,
    storage: postern.vault.storage ?? null,
    requiresBoth: postern.vault.requiresBoth,
    keyring: keyringOf(postern),
    gatewayUrl: place.gatewayUrl,
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
  return postern.config().appearance;
}
