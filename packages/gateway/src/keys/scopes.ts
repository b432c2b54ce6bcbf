import type { EndpointName } from '@postern/protocol';
import type { Choice } from '../route/choose-provider.ts';
import type { Grant, KeyRefusalCode } from '../ports.ts';

/** What a key's scopes decide about, before the body of a request is read. */
export interface ScopedRequest {
  readonly endpoint: EndpointName;
  /** The origin of a page in a browser that isn't Postern's own. */
  readonly foreignOrigin: string | undefined;
  /** Whether the client's address is in one of these ranges. */
  readonly isFrom: (ranges: readonly string[]) => boolean;
}

/** Why a key's scopes refuse a request; undefined if they allow it. */
export function refusedScope(grant: Grant, request: ScopedRequest): KeyRefusalCode | undefined {
  const { addresses, origins, endpoints } = grant;
  if (addresses !== 'all' && !request.isFrom(addresses)) return 'GATEWAY_ADDRESS_REFUSED';
  if (request.foreignOrigin !== undefined && !origins.includes(request.foreignOrigin)) {
    return 'ORIGIN_REFUSED';
  }
  return endpoints === 'all' || endpoints.includes(request.endpoint)
    ? undefined
    : 'GATEWAY_ENDPOINT_REFUSED';
}

/**
 * Why a key may not call a model by this name at this provider; undefined if it may. A scope names a model as the
 * client does, or as `provider/model`, or all models of a provider as `provider/*`. The provider is the one that
 * was chosen, never the part of the name before a slash: `openai/x` can be the name of a model of another provider.
 */
export function refusedModel(
  { models, upstreams }: Pick<Grant, 'models' | 'upstreams'>,
  name: string,
  {
    provider,
    model,
  }: Pick<Choice, 'model'> & { readonly provider: Pick<Choice['provider'], 'id'> },
): KeyRefusalCode | undefined {
  if (upstreams !== 'all' && !upstreams.includes(provider.id)) return 'GATEWAY_UPSTREAM_REFUSED';
  const isListed =
    models === 'all' ||
    models.includes(`${provider.id}/*`) ||
    models.includes(`${provider.id}/${model}`) ||
    // A client that sends a wildcard must not match the scope's own text.
    (models.includes(name) && !name.endsWith('/*'));
  return isListed ? undefined : 'GATEWAY_MODEL_REFUSED';
}
