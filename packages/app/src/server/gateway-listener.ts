import { isIP } from 'node:net';
import { failed, ok, type Clock, type Randomness, type Result } from '@postern/kernel';
import { problem, type Config, type ListenConfig, type Problem } from '@postern/protocol';
import { readPemFile } from '../config/read-pem-file.ts';
import { trustedProxies } from './client-address.ts';
import {
  developmentIdentity,
  openLocalAuthority,
  type LocalAuthority,
} from './development/local-authority.ts';
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
  /** For the authority of development certificates. */
  readonly dataDir: string;
  readonly randomness: Randomness;
  /** Only checks the configuration: no authority for development is made. */
  readonly isDryRun?: true;
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

/** The authority that signs the certificates of `tls.development` for a configuration. */
export async function developmentAuthority(
  parts: GatewayListenerParts,
): Promise<Result<LocalAuthority, Problem>> {
  return await openLocalAuthority({ ...parts, names: namesOf(parts.config.gateway.listen) });
}

/** What clients call a listener beside the names of loopback, as certificates have it. */
function namesOf({ host, publicHost }: ListenConfig): readonly string[] {
  const own = isLoopbackAddress(normalHost(host)) ? [] : ownNames(normalHost(host));
  return [...publicHost.map(normalName), ...own].map(withoutBrackets);
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
  const clients = readClients(tls);
  if (!clients.ok) return clients;
  const reader = await identityReader(tls, parts);
  if (!reader.ok) return reader;
  const identity = await reader.value();
  if (!identity.ok) return identity;
  return ok({
    identity: identity.value,
    readAgain: reader.value,
    clients: clients.value,
    // A browser that remembers it would refuse every other server on localhost.
    isRemembered: tls.development !== true,
  });
}

/** Reads the operator's certificate, or makes one for development. */
async function identityReader(
  { certificate, key, development }: TlsConfig,
  parts: GatewayListenerParts,
): Promise<Result<ListenerTls['readAgain'], Problem>> {
  if (development === true) {
    if (certificate === undefined && key === undefined) {
      if (parts.isDryRun) return ok(() => Promise.resolve(ok({ cert: '', key: '' })));
      return await developmentIdentity({
        ...parts,
        names: namesOf(parts.config.gateway.listen),
      });
    }
    return invalid('gateway.listen.tls has "development" and a certificate of its own.');
  }
  if (certificate === undefined || key === undefined) {
    return invalid('gateway.listen.tls needs "certificate" and "key" together, or "development".');
  }
  return ok(() => Promise.resolve(readIdentity({ certificate, key }, parts.clock)));
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
  const address = withoutBrackets(name);
  return isIP(address) === 6
    ? (URL.parse(`http://[${address}]`)?.hostname ?? `[${address}]`)
    : name.toLowerCase();
}

function normalHost(host: string): string {
  return withoutBrackets(normalName(host));
}

function withoutBrackets(name: string): string {
  return name.replace(/^\[(.*)\]$/, '$1');
}
