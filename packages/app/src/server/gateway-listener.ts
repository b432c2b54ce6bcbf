import { isIP } from 'node:net';
import { failed, ok, type Clock, type Result } from '@postern/kernel';
import { problem, type Config, type ListenConfig, type Problem } from '@postern/protocol';
import { readPemFile } from '../config/read-pem-file.ts';
import { trustedProxies } from './client-address.ts';
import {
  GATEWAY_HOST,
  LOOPBACK_ADDRESSES,
  LOOPBACK_HOSTS,
  type ListenAddress,
  type Listener,
} from './listener.ts';
import {
  canTrust,
  readIdentity,
  unusable,
  type ClientCertificates,
  type ListenerTls,
} from './tls-identity.ts';

export interface GatewayListenerParts {
  readonly config: Pick<Config, 'port' | 'gateway'>;
  readonly clock: Clock;
}

type TlsConfig = NonNullable<ListenConfig['tls']>;

/** The listener of `gateway.listen`: the gateway alone. Beyond loopback it needs TLS or a proxy that has it. */
export async function gatewayListener(
  parts: GatewayListenerParts,
): Promise<Result<Listener, Problem>> {
  const { port, gateway } = parts.config;
  const listen = { ...gateway.listen, host: normalHost(gateway.listen.host) };
  const isLoopback = isLoopbackAddress(listen.host);
  const proxies = trustedProxies(listen);
  if (!isLoopback && listen.tls === undefined && !proxies.any) {
    return failed(
      problem(
        'LISTEN_INSECURE',
        `gateway.listen.host is ${listen.host}, which other machines can reach, but there is no TLS.`,
      ),
    );
  }
  const publicHosts = listen.publicHost.map((name) => normalName(name));
  const [gatewayHost] = [...publicHosts, ...ownNames(listen.host)];
  if (gatewayHost === undefined) {
    return invalid(
      `gateway.listen.host is ${listen.host}, so gateway.listen.publicHost must list the names that clients use.`,
    );
  }
  const tls = listen.tls === undefined ? ok(undefined) : await readTls(listen.tls, parts);
  if (!tls.ok) return tls;
  const redirect = redirectOf(listen, port);
  if (!redirect.ok) return redirect;
  return ok({
    addresses: addressesOf(listen.host),
    port: listen.port ?? port,
    ...{ tls: tls.value, redirectFrom: redirect.value, proxies },
    hosts: [...LOOPBACK_HOSTS, ...ownNames(listen.host)],
    publicHosts,
    ...{ pageHost: gatewayHost, gatewayHost, origins: [] },
    cookie: { name: 'postern-gateway', sameSite: 'Strict', path: '/api' },
    serves: new Set(['gateway', 'metrics']),
  });
}

function invalid(message: string): Result<never, Problem> {
  return failed(problem('CONFIG_INVALID', message));
}

function redirectOf(listen: ListenConfig, port: number): Result<number | undefined, Problem> {
  const { redirectFrom } = listen;
  if (redirectFrom === undefined) return ok(undefined);
  if (listen.tls === undefined) {
    return invalid('gateway.listen.redirectFrom needs gateway.listen.tls, to which it redirects.');
  }
  if (redirectFrom === (listen.port ?? port)) {
    return invalid('gateway.listen.redirectFrom is the port of the gateway itself.');
  }
  return ok(redirectFrom);
}

async function readTls(
  tls: TlsConfig,
  parts: GatewayListenerParts,
): Promise<Result<ListenerTls, Problem>> {
  const { certificate, key } = tls;
  if (certificate === undefined || key === undefined) {
    return invalid('gateway.listen.tls needs "certificate" and "key" together.');
  }
  const clients = readClients(tls);
  if (!clients.ok) return clients;
  const read = () => Promise.resolve(readIdentity({ certificate, key }, parts.clock));
  const identity = await read();
  if (!identity.ok) return identity;
  return ok({
    identity: identity.value,
    readAgain: read,
    clients: clients.value,
    isRemembered: true,
  });
}

function readClients({
  clientCa,
  clientCertificates,
}: TlsConfig): Result<ClientCertificates | undefined, Problem> {
  if (clientCa === undefined) {
    if (clientCertificates === undefined) return ok(undefined);
    return invalid('gateway.listen.tls.clientCertificates needs "clientCa", which issued them.');
  }
  const ca = readPemFile(clientCa, 'certificate');
  if (!ca.ok) return unusable(ca.failure);
  if (!canTrust(ca.value)) return unusable(`${clientCa} has an unreadable certificate`);
  return ok({ ca: ca.value, areRequired: clientCertificates !== 'optional' });
}

function isLoopbackAddress(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** `::` means every address, so IPv4 too. */
function addressesOf(host: string): readonly ListenAddress[] {
  if (host === 'localhost') return LOOPBACK_ADDRESSES;
  const hosts = host === '::' ? ['::', '0.0.0.0'] : [host];
  return hosts.map((address) => ({
    host: address,
    label: ` of ${address}`,
    // A system may be without IPv6.
    isRequired: hosts.length === 1 || address === '0.0.0.0',
  }));
}

/** The address itself is a name of the listener, except the one that means every address. */
function ownNames(host: string): readonly string[] {
  if (host === 'localhost') return [GATEWAY_HOST];
  return host === '0.0.0.0' || host === '::' ? [] : [normalName(host)];
}

/** In the form of a `Host` header: lower case, and IPv6 shortened and in brackets. */
function normalName(name: string): string {
  const address = name.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) === 6
    ? (URL.parse(`http://[${address}]`)?.hostname ?? `[${address}]`)
    : name.toLowerCase();
}

function normalHost(host: string): string {
  return normalName(host).replace(/^\[(.*)\]$/, '$1');
}
