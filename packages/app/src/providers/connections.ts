import { failed, ok, type Result } from '@postern/kernel';
import { secretName, type Config, type Problem } from '@postern/protocol';
import { createConnections, type Connections, type ConnectionsOptions } from '@postern/upstreams';
import { DEFAULT_FIELD } from '@postern/vault';
import { canTrust } from '../server/tls-identity.ts';
import { readPemFile } from '../config/read-pem-file.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** Creates connections from the configuration. A proxy's password is added later. */
export function connectionsOf(config: Config): Connections {
  const { proxy } = config;
  return createConnections({
    ...allowedHosts(config),
    readAuthority,
    ...(proxy === undefined ? {} : { proxy }),
  });
}

/** The hosts to which requests may go. */
export function allowedHosts({
  localHosts,
  privacy,
}: Config): Pick<ConnectionsOptions, 'localHosts' | 'localOnly'> {
  return { localHosts, localOnly: privacy.localModelsOnly };
}

function readAuthority(path: string): Result<string, string> {
  const read = readPemFile(path, 'certificate');
  if (!read.ok || canTrust(read.value)) return read;
  return failed(`${path} has an unreadable certificate`);
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
