import type {
  EndpointChange,
  EndpointInput,
  KeyInput,
  ProviderId,
  ProviderView,
} from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { loadModels } from '../models/models.ts';
import { createSortedStore, sortedByName } from '../languages/sorted-store.ts';

export interface Providers {
  readonly status: 'idle' | 'loading' | 'loaded' | RequestProblem;
  readonly list: readonly ProviderView[];
}

/** The demo comes last. */
export const providers = createSortedStore<Providers>({ status: 'idle', list: [] }, (now) => {
  const sorted = sortedByName(now.list, ({ label }) => label);
  return {
    ...now,
    list: [...sorted.filter(({ demo }) => !demo), ...sorted.filter(({ demo }) => demo)],
  };
});

export async function loadProviders(): Promise<void> {
  providers.update((now) => ({ ...now, status: 'loading' }));
  const list = await appApi.providers();
  providers.update((now) =>
    list.ok ? { status: 'loaded', list: list.value } : { ...now, status: list.failure },
  );
}

export async function storeKey(id: ProviderId, input: KeyInput): Promise<ApiResult<ProviderView>> {
  return applyProvider(await appApi.storeKey(id, input));
}

export async function removeKey(id: ProviderId): Promise<ApiResult<ProviderView>> {
  return applyProvider(await appApi.removeKey(id));
}

export async function addEndpoint(input: EndpointInput): Promise<ApiResult<ProviderView>> {
  return applyProvider(await appApi.addEndpoint(input));
}

export async function changeEndpoint(
  id: ProviderId,
  input: EndpointChange,
): Promise<ApiResult<ProviderView>> {
  return applyProvider(await appApi.changeEndpoint(id, input));
}

export async function removeEndpoint(id: ProviderId): Promise<ApiResult<undefined>> {
  const removed = await appApi.removeEndpoint(id);
  if (removed.ok) {
    providers.update((now) => ({ ...now, list: now.list.filter((known) => known.id !== id) }));
    void loadModels();
  }
  return removed;
}

/** Updates the provider in the list, and reloads the models, which depend on it. */
function applyProvider(answer: ApiResult<ProviderView>): ApiResult<ProviderView> {
  if (answer.ok) {
    const view = answer.value;
    providers.update(({ status, list }) => ({
      status,
      list: list.some(({ id }) => id === view.id)
        ? list.map((known) => (known.id === view.id ? view : known))
        : [...list, view],
    }));
    void loadModels();
  }
  return answer;
}
