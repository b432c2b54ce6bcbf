import { gatewayKeyState, type GatewayKeyRecord, type IssuedKey } from '@postern/gateway';
import { revealSecret, type Result } from '@postern/kernel';
import {
  GatewayKeyChangeSchema,
  GatewayKeyInputSchema,
  GatewayKeyRotationSchema,
  type GatewayKeyAnswer,
  type GatewayKeyView,
  type Problem,
} from '@postern/protocol';
import { Hono } from 'hono';
import {
  createGatewayKey,
  listGatewayKeys,
  revokeGatewayKey,
  rotateGatewayKey,
  setGatewayKeyDisabled,
  type GatewayKeyParts,
} from '../gateway/gateway-keys.ts';
import type { Postern } from '../postern.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { failureResponse, parseBody } from './answers.ts';
import { lockedFailure } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';

/** The gateway's keys: listing, creating, disabling, rotating and revoking them. */
export function gatewayKeyRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const { clock } = postern;
  const viewOf = (record: GatewayKeyRecord): GatewayKeyView => shortView(record, clock.nowMs());
  app.get('/gateway/keys', async () =>
    withVault(postern, async (parts, vault) => {
      const listed = await listGatewayKeys(parts, vault);
      if (!listed.ok) return failureResponse(listed.failure);
      const active = listed.value.filter(({ revokedAtMs }) => revokedAtMs === undefined);
      return Response.json(active.map(viewOf));
    }),
  );
  app.post('/gateway/keys', async (context) => {
    const input = await parseBody(context, GatewayKeyInputSchema);
    if (!input.ok) return input.response;
    const { name, budget, ...scopes } = input.value;
    const settings = { ...scopes, budget: budget ?? undefined };
    return await withVault(postern, async (parts, vault) =>
      issued(await createGatewayKey(parts, vault, { name, settings }), viewOf),
    );
  });
  app.patch('/gateway/keys/:id', async (context) => {
    const input = await parseBody(context, GatewayKeyChangeSchema);
    if (!input.ok) return input.response;
    return await withVault(postern, async (parts, vault) => {
      const id = context.req.param('id');
      const changed = await setGatewayKeyDisabled(parts, vault, id, input.value.disabled);
      return changed.ok ? Response.json(viewOf(changed.value)) : failureResponse(changed.failure);
    });
  });
  app.post('/gateway/keys/:id/rotate', async (context) => {
    const input = await parseBody(context, GatewayKeyRotationSchema);
    if (!input.ok) return input.response;
    return await withVault(postern, async (parts, vault) => {
      const { graceMs } = input.value;
      return issued(await rotateGatewayKey(parts, vault, context.req.param('id'), graceMs), viewOf);
    });
  });
  app.delete('/gateway/keys/:id', async (context) =>
    withVault(postern, async (parts, vault) => {
      const revoked = await revokeGatewayKey(parts, vault, context.req.param('id'));
      return revoked.ok ? new Response(null, { status: 204 }) : failureResponse(revoked.failure);
    }),
  );
  return app;
}

async function withVault(
  postern: Postern,
  use: (parts: GatewayKeyParts, vault: OpenVault) => Promise<Response>,
): Promise<Response> {
  const open = postern.stores();
  if (open === undefined) return failureResponse(lockedFailure(postern));
  const { home, clock, randomness } = postern;
  return await use({ home, clock, randomness, open }, open.vault);
}

function issued(
  made: Result<IssuedKey, Problem>,
  viewOf: (record: GatewayKeyRecord) => GatewayKeyView,
): Response {
  if (!made.ok) return failureResponse(made.failure);
  const { key, record } = made.value;
  const answer: GatewayKeyAnswer = { key: revealSecret(key), view: viewOf(record) };
  return Response.json(answer);
}

function shortView(record: GatewayKeyRecord, nowMs: number): GatewayKeyView {
  const { id, name, hint, models, limits, budget, expiresAtMs, lastUsedAtMs } = record;
  const state = gatewayKeyState(record, nowMs);
  return {
    ...{ id, name, hint, models, limits },
    state: state === 'revoked' ? 'disabled' : state,
    budget: budget ?? null,
    expiresAtMs: expiresAtMs ?? null,
    lastUsedAtMs: lastUsedAtMs ?? null,
  };
}
