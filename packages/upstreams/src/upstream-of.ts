import type { Provider } from '@postern/protocol';
import { askModel } from './ask/ask-model.ts';
import { listModels } from './ask/list-models.ts';
import type { Connections } from './connect/connections.ts';
import type { Credential } from './credential.ts';
import { demoUpstream } from './demo/demo-upstream.ts';
import type { Upstream } from './upstream.ts';

/** The upstream of a provider. `credential`: undefined if the provider needs none. */
export function upstreamOf(
  connections: Connections,
  provider: Provider,
  credential: Credential | undefined,
): Upstream {
  if (provider.inProcess) return demoUpstream();
  return {
    ask: (request, signal) => askModel(connections, provider, credential, request, signal),
    listModels: (signal) => listModels(connections, provider, credential, signal),
  };
}
