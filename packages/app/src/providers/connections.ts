import { ok, type Result } from '@postern/kernel';
import { secretName, type Config, type Problem } from '@postern/protocol';
import { createConnections, type Connections } from '@postern/upstreams';
import { DEFAULT_FIELD } from '@postern/vault';
import type { OpenVault } from '../vault/open-vault.ts';

/** Creates connections from the configuration. A proxy's password is added later. */
export function connectionsOf({ localHosts, proxy }: Config): Connections {
  return createConnections({ localHosts, ...(proxy === undefined ? {} : { proxy }) });
}

/** The vault provides a proxy's password, like any other secret. */
export async function useProxyPassword(
  connections: Connections,
  vault: OpenVault,
  config: Config,
): Promise<Result<undefined, Problem>> {
  const name = secretName.parse(config.proxy?.passwordSecret ?? '');
  if (name === undefined) return ok();
  const found = await vault.get(name, { action: 'secret.use' });
  if (!found.ok) return found;
  connections.useProxyPassword(found.value?.fields.get(DEFAULT_FIELD));
  return ok();
}
