import { revealSecret } from '@postern/kernel';
import { problem, RenewalInputSchema, type RenewalAnswer } from '@postern/protocol';
import { Hono } from 'hono';
import { renewVault } from '../vault/renew-vault.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import type { AppEnv } from './require-session.ts';
import { givePass } from './session-routes.ts';
import { stateOf } from './state-routes.ts';

/** Changes the passphrase and the recovery code. Every session ends; the page of this one gets a new one. */
export function renewalRoute(parts: AppApiParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const { postern, sessions, program } = parts;
  app.post('/vault/renew', async (context) => {
    const input = await parseBody(context, RenewalInputSchema);
    if (!input.ok) return input.response;
    const { browser } = context.get('session');
    const renewed = await renewVault(postern, input.value, async (passphrase) => {
      await program.confirmRekey(passphrase);
    });
    if (!renewed.ok) return failureResponse(renewed.failure);
    sessions.endLocked();
    const pass = sessions.redeem(sessions.newLaunchCode(), { browser, token: undefined });
    if (pass === undefined) return failureResponse(problem('SESSION_REQUIRED'));
    givePass(parts, context, pass);
    const { recoveryCode, problem: failure } = renewed.value;
    return context.json({
      ...(recoveryCode === undefined ? {} : { recoveryCode: revealSecret(recoveryCode) }),
      ...(failure === undefined ? {} : { problem: failure }),
      state: stateOf(parts),
      secret: pass.secret,
    } satisfies RenewalAnswer);
  });
  return app;
}
