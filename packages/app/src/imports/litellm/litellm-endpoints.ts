import type { LitellmModel, Setting, TellNote } from '@postern/importers';
import { failed, ok, type Result } from '@postern/kernel';
import { configProblems, type ConfigInput } from '@postern/protocol';
import {
  BUILT_IN_PROVIDERS,
  describeUpstreamFailure,
  isLocalHost,
  providerTable,
} from '@postern/upstreams';
import { litellmProviderOf, type LitellmProvider } from './litellm-providers.ts';

export type EndpointEntry = NonNullable<ConfigInput['providers']>[string];

/** One provider in Postern: an address with one key. */
export interface PlannedEndpoint {
  readonly id: string;
  readonly baseUrl: string;
  /** Its entry under `providers`; undefined if the built-in provider is used as it is. */
  readonly entry: EndpointEntry | undefined;
  /** Where LiteLLM has its key; undefined if it needs none. */
  readonly key: Setting | undefined;
  /** The path of the model that it was first needed for. */
  readonly path: string;
}

/** What one entry of `model_list` calls. */
export interface PlannedTarget {
  readonly endpoint: PlannedEndpoint;
  /** `provider/model` in Postern. */
  readonly id: string;
}

export interface EndpointParts {
  /** The value of an environment variable; undefined if it isn't set or mustn't be read. */
  readonly variable: (name: string) => string | undefined;
  /** Whether a text contains a secret of the file. */
  readonly hasSecret: (text: string) => boolean;
  readonly tell: TellNote;
}

/** The endpoints that the models of one file need. The same file always gives the same names. */
export class LitellmEndpoints {
  readonly #parts: EndpointParts;
  readonly #found = new Map<string, PlannedEndpoint>();
  readonly #ids = new Map<string, string>();
  readonly #localHosts = new Set<string>();

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  all(): readonly PlannedEndpoint[] {
    return [...this.#found.values()];
  }

  localHosts(): readonly string[] {
    return [...this.#localHosts];
  }

  /** What a model of the file calls; undefined, with a note, if Postern can't call it. */
  targetOf(model: LitellmModel): PlannedTarget | undefined {
    const { provider: prefix, path } = model;
    const found = litellmProviderOf(model.model, prefix);
    if (found === undefined) {
      this.#parts.tell(`${path}.litellm_params.model`, 'not-mapped', NO_PROVIDER);
      return undefined;
    }
    const { provider } = found;
    const implied: Setting = { kind: 'variable', name: provider.variable };
    const key = model.apiKey ?? (provider.row.auth === 'none' ? undefined : implied);
    const address = this.#baseUrlOf(model.apiBase, provider);
    const baseUrl = address.ok ? address.value : undefined;
    // The name doesn't depend on whether a variable of the environment may be read.
    const place = model.apiBase?.kind === 'variable' ? model.apiBase : baseUrl;
    const identity = JSON.stringify([provider.id, place, key]);
    const id = this.#idOf(identity, provider, baseUrl);
    const entry = baseUrl === undefined ? undefined : entryOf(id, provider, baseUrl, key);
    const added = !address.ok
      ? address
      : this.#add(identity, { id, baseUrl: address.value, key, path, entry });
    if (added.ok) return { endpoint: added.value, id: `${id}/${found.model}` };
    this.#parts.tell(`${path}.litellm_params.api_base`, 'not-mapped', added.failure);
    return undefined;
  }

  /** The address, or a message why there is none that Postern can use. */
  #baseUrlOf(apiBase: Setting | undefined, provider: LitellmProvider): Result<string, string> {
    const { id, row } = provider;
    if (apiBase === undefined) {
      const own = id === row.id ? row.baseUrl : provider.baseUrl;
      const isMissing = own === undefined || row.ownAddress === true;
      return isMissing ? failed('Postern needs the address.') : ok(own);
    }
    if (provider.isFixed === true) {
      return failed('Postern knows this provider only at its own address.');
    }
    const written = apiBase.kind === 'text' ? apiBase.text : this.#parts.variable(apiBase.name);
    if (written === undefined) {
      return failed('The address is in an environment variable. Set it and use --from-env.');
    }
    const baseUrl = baseUrlOf(written, provider);
    if (baseUrl === undefined) return failed(NO_ADDRESS);
    // The configuration contains no secret.
    return this.#parts.hasSecret(baseUrl) ? failed('The address contains a key.') : ok(baseUrl);
  }

  #idOf(identity: string, provider: LitellmProvider, baseUrl: string | undefined): string {
    const known = this.#ids.get(identity);
    if (known !== undefined) return known;
    const { id, row } = provider;
    const isOwn = id === row.id ? baseUrl === row.baseUrl : baseUrl === provider.baseUrl;
    // Nobody relies on the address of a local server or of a provider without one.
    const mayMove = id === row.id && (row.local || row.ownAddress === true);
    const base = isOwn || mayMove || baseUrl === undefined ? id : nameOfHost(baseUrl);
    const used = new Set(this.#ids.values());
    const isTaken = (name: string): boolean =>
      used.has(name) || (name !== id && BUILT_IN_PROVIDERS.some((each) => each.id === name));
    let free = base;
    for (let count = 2; isTaken(free); count += 1) free = `${base}-${String(count)}`;
    this.#ids.set(identity, free);
    return free;
  }

  /** Adds an endpoint and its local host, if the configuration accepts it. */
  #add(identity: string, endpoint: PlannedEndpoint): Result<PlannedEndpoint, string> {
    const known = this.#found.get(identity);
    if (known !== undefined) return ok(known);
    const { id, entry, baseUrl } = endpoint;
    if (entry !== undefined) {
      const providers = { [id]: entry };
      if (configProblems({ providers }).length > 0) return failed(NO_ADDRESS);
      const localHosts = [...localHostsOf(id, entry, baseUrl)];
      const table = providerTable({ providers, localHosts });
      if (!table.ok) return failed(describeUpstreamFailure(table.failure).message);
      for (const host of localHosts) this.#localHosts.add(host);
    }
    this.#found.set(identity, endpoint);
    return ok(endpoint);
  }
}

const NO_PROVIDER = 'Postern has no provider for it that needs only an address and an API key.';
const NO_ADDRESS = "It isn't an address that Postern can call.";

/** The entry in the configuration; undefined if the built-in provider is used as it is. */
function entryOf(
  id: string,
  { row }: LitellmProvider,
  baseUrl: string,
  key: Setting | undefined,
): EndpointEntry | undefined {
  const auth = row.auth === 'none' && key !== undefined ? 'bearer' : row.auth;
  if (id !== row.id) {
    const { dialect, alsoSpeaks = [] } = row;
    return {
      dialect,
      ...(alsoSpeaks.length > 0 && { alsoSpeaks: alsoSpeaks.map((each) => ({ ...each })) }),
      baseUrl,
      auth,
    };
  }
  const changes: EndpointEntry = {
    ...(baseUrl !== row.baseUrl && { baseUrl }),
    ...(auth !== row.auth && { auth }),
  };
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/** Postern's form of an address of LiteLLM: without the path of an endpoint. */
function baseUrlOf(written: string, { path = '', end }: LitellmProvider): string | undefined {
  const url = URL.parse(written.trim());
  if (
    url === null ||
    [url.username, url.password, url.search, url.hash].some((part) => part !== '')
  ) {
    return undefined;
  }
  const own = url.pathname.replace(/\/+$/, '').replace(end, '');
  return `${url.origin}${own === '' ? path : own}`;
}

/** The name for an endpoint after its host and port. */
function nameOfHost(baseUrl: string): string {
  const host = URL.parse(baseUrl)?.host ?? '';
  const name = host.replaceAll(/[^a-z0-9.]+/g, '-').replace(/^[^a-z0-9]+/, '');
  return name.slice(0, 60).replace(/-+$/, '');
}

/** The host of an endpoint, if it is on a private network and not on this machine. */
function localHostsOf(id: string, entry: EndpointEntry, baseUrl: string): readonly string[] {
  const host = URL.parse(baseUrl)?.hostname ?? '';
  if (isLocalHost(host, [])) return [];
  const overTls = { ...entry, baseUrl: baseUrl.replace(/^http:/, 'https:') };
  const table = providerTable({ providers: { [id]: overTls }, localHosts: [] });
  const isPrivate = !table.ok && table.failure.reason === 'address-private';
  return isPrivate || isLocalName(host) ? [host] : [];
}

/** Whether a name can't be that of a public host (RFC 6762, RFC 8375, and names of containers). */
function isLocalName(host: string): boolean {
  const isName = /^[a-z0-9_-]+$/.test(host) && !/^\d+$/.test(host);
  return isName || /\.(?:local|lan|internal|home\.arpa|svc|cluster\.local)$/.test(host);
}
