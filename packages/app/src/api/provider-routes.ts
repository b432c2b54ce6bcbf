import { Hono, type Context } from 'hono';
import { priceTable } from '@postern/gateway';
import { Secret } from '@postern/kernel';
import {
  type ErrorCodeName,
  KeyInputSchema,
  type KeyTest,
  type ModelGroup,
  problem,
  type Provider,
} from '@postern/protocol';
import { upstreamOf } from '@postern/upstreams';
import type { Postern } from '../postern.ts';
import { testKey } from '../providers/test-key.ts';
import { describeUpstreamKeyFailure } from '../providers/upstream-keys.ts';
import { storeProviderKey } from '../providers/store-provider-key.ts';
import { failureResponse, parseBody } from './answers.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { modelView } from './model-view.ts';
import { providerOf, viewResponse, viewsOf } from './provider-views.ts';
import { lockedFailure } from './conversation-routes.ts';

/** Providers, their keys and their models. */
export function providerRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.get('/providers', async () => {
    const views = await viewsOf(postern, postern.providers().all);
    return 'failure' in views ? failureResponse(views.failure) : Response.json(views.list);
  });
  app.route('/', endpointRoutes(postern));
  app.put('/providers/:id/key', async (context) => await putKey(postern, context));
  app.delete('/providers/:id/key', async (context) => {
    const provider = providerOf(postern, context.req.param('id'));
    if (provider === undefined) return failureResponse(problem('PROVIDER_UNKNOWN'));
    const vault = postern.openVault();
    if (vault === undefined) return failureResponse(lockedFailure(postern));
    const removed = await vault.remove(provider.secret);
    postern.keys.forget();
    if (!removed.ok) return failureResponse(removed.failure);
    return await viewResponse(postern, provider);
  });
  app.post('/providers/:id/test', async (context) => {
    const provider = providerOf(postern, context.req.param('id'));
    if (provider === undefined) return failureResponse(problem('PROVIDER_UNKNOWN'));
    return Response.json(await testStoredKey(postern, provider, context.req.raw.signal));
  });
  app.get('/models', async (context) => {
    const groups = await Promise.all(
      postern.providers().all.map(async (provider) => {
        return await modelsOf(postern, provider, context.req.raw.signal);
      }),
    );
    return Response.json(groups.filter((group) => group !== undefined));
  });
  return app;
}

async function putKey(postern: Postern, context: Context): Promise<Response> {
  const provider = providerOf(postern, context.req.param('id'));
  if (provider === undefined) return failureResponse(problem('PROVIDER_UNKNOWN'));
  const input = await parseBody(context, KeyInputSchema);
  if (!input.ok) return input.response;
  const vault = postern.openVault();
  if (vault === undefined) return failureResponse(lockedFailure(postern));
  const stored = await storeProviderKey({
    vault,
    clock: postern.clock,
    name: provider.secret,
    keyForm: provider.keyForm,
    value: Secret.of(input.value.key.trim()),
    force: input.value.force,
  });
  postern.keys.forget();
  if (!stored.ok) return failureResponse(stored.failure);
  return await viewResponse(postern, provider);
}

async function testStoredKey(
  postern: Postern,
  provider: Provider,
  signal: AbortSignal,
): Promise<KeyTest> {
  const credential = await postern.keys.credentialFor(provider);
  if (!credential.ok) return { ok: false, ...describeUpstreamKeyFailure(credential.failure) };
  const tested = await testKey(postern, provider, credential.value, signal);
  return tested.ok
    ? { ok: true, ...tested.value }
    : { ok: false, ...problem(tested.failure.code, tested.failure.message) };
}

/** Returns a provider's models; undefined if its key is missing, so that they aren't offered. */
async function modelsOf(
  postern: Postern,
  provider: Provider,
  signal: AbortSignal,
): Promise<ModelGroup | undefined> {
  const credential = await postern.keys.credentialFor(provider);
  if (!credential.ok) return undefined;
  const { id, label, local, inProcess: demo } = provider;
  const group = { provider: id, label, demo, local };
  const prices = priceTable(postern.content().prices);
  const models = await upstreamOf(postern.connections, provider, credential.value).listModels(
    signal,
  );
  if (models.ok) {
    return { ...group, models: models.value.map((model) => modelView(prices, id, model)) };
  }
  if (isAbsent(provider, models.failure.code)) return undefined;
  const { code, message } = models.failure;
  if (code === 'UPSTREAM_NOT_LOCAL') {
    return { ...group, models: [], failure: { code, message } };
  }
  const known = provider.models.map((model) => modelView(prices, id, { id: model, label: model }));
  return { ...group, models: known, failure: { code, message } };
}

/** What another program answers at the port of a model server. */
const FROM_ANOTHER_PROGRAM: ReadonlySet<ErrorCodeName> = new Set([
  'UPSTREAM_NOT_FOUND',
  'UPSTREAM_MALFORMED',
  'UPSTREAM_REQUEST_REFUSED',
  'UPSTREAM_TIMEOUT',
]);

/**
 * Whether a local model server isn't running, so that it isn't offered. At a usual port, which the user hasn't
 * configured, another program may answer. A server that failed otherwise reports why.
 */
export function isAbsent(
  { local, builtIn, models }: Pick<Provider, 'local' | 'builtIn' | 'models'>,
  code: ErrorCodeName,
): boolean {
  if (!local || models.length > 0) return false;
  return code === 'UPSTREAM_UNREACHABLE' || (builtIn && FROM_ANOTHER_PROGRAM.has(code));
}
