import { Hono, type Context } from 'hono';
import {
  type ConfigInput,
  EndpointChangeSchema,
  EndpointInputSchema,
  problem,
  type Provider,
  settingName,
  problemSaying,
} from '@postern/protocol';
import { sameHost } from '@postern/upstreams';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';
import { lockedFailure } from './conversation-routes.ts';
import { hostOf, providerOf, viewResponse } from './provider-views.ts';

/** Adding, changing and removing the user's own endpoints. */
export function endpointRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.post('/providers', async (context) => await addEndpoint(postern, context));
  app.put('/providers/:id', async (context) => await changeEndpoint(postern, context));
  app.delete('/providers/:id', (context) => removeEndpoint(postern, context.req.param('id')));
  return app;
}

async function addEndpoint(postern: Postern, context: Context): Promise<Response> {
  const input = await parseBody(context, EndpointInputSchema);
  if (!input.ok) return input.response;
  const { id, trustHost, ...endpoint } = input.value;
  if (providerOf(postern, id) !== undefined) {
    return failureResponse(problem('PROVIDER_NAME_TAKEN'));
  }
  return await writeEndpoint(postern, id, trustHost, (written) => ({
    ...written,
    providers: { ...written.providers, [id]: endpoint },
    ...withHost(written, endpoint.baseUrl, trustHost),
  }));
}

/** What the form doesn't show, such as `tls`, stays. */
async function changeEndpoint(postern: Postern, context: Context): Promise<Response> {
  const input = await parseBody(context, EndpointChangeSchema);
  if (!input.ok) return input.response;
  const provider = ownEndpoint(postern, context.req.param('id'));
  if (provider instanceof Response) return provider;
  const { trustHost, ...endpoint } = input.value;
  const { id } = provider;
  return await writeEndpoint(postern, id, trustHost, (written) => ({
    ...written,
    providers: { ...written.providers, [id]: { ...written.providers?.[id], ...endpoint } },
    ...withHost(written, endpoint.baseUrl, trustHost),
  }));
}

async function writeEndpoint(
  postern: Postern,
  id: string,
  trustHost: boolean | undefined,
  change: (written: ConfigInput) => ConfigInput,
): Promise<Response> {
  const settings = trustHost === undefined ? ['providers'] : ['providers', 'localHosts'];
  const changed = await postern.change(
    change,
    settings.map((name) => settingName.from(name)),
  );
  if (!changed.ok) return failureResponse(changed.failure);
  postern.keys.forget();
  const provider = providerOf(postern, id);
  if (provider === undefined) return failureResponse(problem('INTERNAL'));
  return await viewResponse(postern, provider);
}

function withHost(
  { localHosts = [] }: ConfigInput,
  baseUrl: string,
  trustHost: boolean | undefined,
): Pick<ConfigInput, 'localHosts'> {
  if (trustHost === undefined) return {};
  const host = hostOf(baseUrl);
  const others = localHosts.filter((name) => !sameHost(name, host));
  return { localHosts: trustHost ? [...others, host] : others };
}

async function removeEndpoint(postern: Postern, id: string): Promise<Response> {
  const provider = ownEndpoint(postern, id);
  if (provider instanceof Response) return provider;
  const vault = postern.openVault();
  if (vault === undefined) return failureResponse(lockedFailure(postern));
  const removed = await vault.remove(provider.secret);
  if (!removed.ok) return failureResponse(removed.failure);
  const changed = await postern.change((written) => {
    const others = Object.entries(written.providers ?? {}).filter(([name]) => name !== id);
    return { ...written, providers: Object.fromEntries(others) };
  });
  postern.keys.forget();
  return changed.ok ? new Response(null, { status: 204 }) : failureResponse(changed.failure);
}

function ownEndpoint(postern: Postern, id: string | undefined): Provider | Response {
  const provider = providerOf(postern, id);
  if (provider === undefined) return failureResponse(problem('PROVIDER_UNKNOWN'));
  if (!provider.builtIn) return provider;
  return failureResponse(
    problemSaying('REQUEST_INVALID', "A built-in provider can't be changed or removed."),
  );
}
