import { type Problem, type Provider, providerId, type ProviderView } from '@postern/protocol';
import { sameHost } from '@postern/upstreams';
import { describeVaultFailure } from '@postern/vault';
import type { Postern } from '../postern.ts';
import { failureResponse } from './answers.ts';

/** Undefined if the text isn't the name of a provider. */
export function providerOf(postern: Postern, id: string | undefined): Provider | undefined {
  const parsed = providerId.parse(id ?? '');
  return parsed === undefined ? undefined : postern.providers().get(parsed);
}

/** One provider, for the page. */
export async function viewResponse(postern: Postern, provider: Provider): Promise<Response> {
  const views = await viewsOf(postern, [provider]);
  return 'failure' in views ? failureResponse(views.failure) : Response.json(views.list[0]);
}

export async function viewsOf(
  postern: Postern,
  providers: readonly Provider[],
): Promise<{ readonly list: readonly ProviderView[] } | { readonly failure: Problem }> {
  const stored = await postern.vault.secrets.list();
  if (!stored.ok) return { failure: describeVaultFailure(stored.failure) };
  const names = new Set<string>(stored.value.map(({ name }) => name));
  return {
    list: providers.map((provider) => ({
      id: provider.id,
      label: provider.label,
      dialect: provider.dialect,
      baseUrl: provider.baseUrl,
      auth: provider.auth,
      models: provider.models,
      needsKey: provider.auth !== 'none',
      hasKey: names.has(provider.secret),
      keyExample: provider.keyForm?.example ?? null,
      keyPage: provider.keyPage ?? null,
      demo: provider.inProcess,
      builtIn: provider.builtIn,
      local: provider.local,
      trusted: isListed(postern, provider.baseUrl),
    })),
  };
}

/** The URL parser has normalised the host. */
export function hostOf(baseUrl: string): string {
  return new URL(baseUrl).hostname;
}

function isListed(postern: Postern, baseUrl: string): boolean {
  const host = hostOf(baseUrl);
  return postern.config().localHosts.some((name) => sameHost(name, host));
}
