import { DIALECTS } from '@postern/dialects';
import { failed, ok, type Result } from '@postern/kernel';
import { providerId, secretName, type Config, type Provider } from '@postern/protocol';
import type { UpstreamFailure } from '../upstream-failure.ts';
import { parseAddress } from './address.ts';
import { BUILT_IN_PROVIDERS } from './built-in-providers.ts';

/** All providers: the built-in ones first, then the user's own endpoints by name. */
export interface ProviderTable {
  readonly all: readonly Provider[];
  /** The provider with that id, or undefined. */
  get(id: string): Provider | undefined;
}

/** One in use, and one whose key is kept elsewhere until the first must be replaced. */
const MIN_PINS = 2;

type Endpoint = Config['providers'][string];

/** Merges the named endpoints of the configuration into the built-in providers. */
export function providerTable(
  config: Pick<Config, 'providers' | 'localHosts'>,
): Result<ProviderTable, UpstreamFailure> {
  const rows = new Map<string, Provider>(
    BUILT_IN_PROVIDERS.filter(
      ({ id, ownAddress }) => ownAddress !== true || Object.hasOwn(config.providers, id),
    ).map((row) => [row.id, row]),
  );
  for (const [id, endpoint] of Object.entries(config.providers).sort(byName)) {
    const known = rows.get(id);
    const row = known === undefined ? named(id, endpoint) : overridden(known, endpoint);
    if (!row.ok) return row;
    const address = parseAddress(id, row.value.baseUrl, config.localHosts);
    if (!address.ok) return address;
    const { pins } = endpoint.tls ?? {};
    if (pins !== undefined && new Set(pins).size < MIN_PINS) {
      return failed({ reason: 'pins-too-few', provider: id });
    }
    rows.set(id, { ...row.value, local: address.value.local });
  }
  return ok({ all: [...rows.values()], get: (id) => rows.get(id) });
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function named(id: string, endpoint: Endpoint): Result<Provider, UpstreamFailure> {
  const { dialect, baseUrl } = endpoint;
  if (dialect === undefined) {
    return failed({ reason: 'endpoint-incomplete', provider: id, field: 'dialect' });
  }
  if (baseUrl === undefined) {
    return failed({ reason: 'endpoint-incomplete', provider: id, field: 'baseUrl' });
  }
  return ok({
    id: providerId.from(id),
    label: endpoint.label ?? id,
    dialect,
    ...(endpoint.alsoSpeaks !== undefined && { alsoSpeaks: endpoint.alsoSpeaks }),
    ...(endpoint.quirks !== undefined && { quirks: endpoint.quirks }),
    baseUrl,
    ...(endpoint.tls !== undefined && { tls: endpoint.tls }),
    ...(endpoint.forwardHeaders !== undefined && { forwardHeaders: endpoint.forwardHeaders }),
    auth: endpoint.auth ?? DIALECTS[dialect].defaultAuth,
    secret: secretName.from(id),
    ...keysOf(id, endpoint.keys),
    keyForm: undefined,
    models: endpoint.models ?? [],
    keyPage: undefined,
    inProcess: false,
    builtIn: false,
    local: false,
  });
}

/** The configuration can override a built-in provider's address, models, label and key header. */
function overridden(row: Provider, endpoint: Endpoint): Result<Provider, UpstreamFailure> {
  const fixed = fixedField(row, endpoint);
  if (fixed !== undefined) {
    return failed({ reason: 'provider-fixed', provider: row.id, field: fixed });
  }
  const { keys, quirks, ...settings } = endpoint;
  const changed = {
    ...row,
    ...settings,
    ...keysOf(row.secret, keys),
    ...(quirks !== undefined && { quirks: { ...row.quirks, ...quirks } }),
  };
  if (endpoint.baseUrl === undefined) {
    if (row.ownAddress !== true) return ok(changed);
    return failed({ reason: 'endpoint-incomplete', provider: row.id, field: 'baseUrl' });
  }
  // The provider's key format may not apply at another address.
  const moved = { ...changed, keyForm: undefined };
  delete moved.keyCheckPath;
  return ok(moved);
}

/** Each further secret once, and not the provider's own. */
function keysOf(own: string, names: readonly string[] | undefined): Pick<Provider, 'keys'> {
  if (names === undefined) return {};
  const others = [...new Set(names)].filter((name) => name !== own);
  return { keys: others.map((name) => secretName.from(name)) };
}

function fixedField(row: Provider, endpoint: Endpoint): string | undefined {
  // There is nothing to reach at another address or by another model's name.
  if (row.inProcess) return Object.keys(endpoint)[0];
  return endpoint.dialect !== undefined && endpoint.dialect !== row.dialect ? 'dialect' : undefined;
}
