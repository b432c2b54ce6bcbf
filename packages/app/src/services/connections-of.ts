import type { Config } from '@postern/protocol';
import { createConnections, type Connections } from '@postern/upstreams';

/** Connections as the configuration wants them; a proxy's password is given to them later. */
export function connectionsOf({ localHosts, proxy }: Config): Connections {
  return createConnections({ localHosts, ...(proxy === undefined ? {} : { proxy }) });
}
