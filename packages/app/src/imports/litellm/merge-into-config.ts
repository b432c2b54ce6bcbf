import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import { valueAt } from '@postern/protocol';
import { BUILT_IN_PROVIDERS } from '@postern/upstreams';

/** One setting that an import wants. */
export interface WantedSetting {
  readonly kind: 'provider' | 'alias' | 'setting' | 'local-host';
  /** Shown to the user: the provider's or the alias's name, the host, or the dotted name of the setting. */
  readonly name: string;
  readonly path: readonly string[];
  readonly value: JsonValue;
  /** The providers that it is about. */
  readonly needs?: readonly string[];
}

/** What happens to it. */
export interface ConfigChange extends Pick<WantedSetting, 'kind' | 'name' | 'value'> {
  readonly outcome: ConfigOutcome;
}

export type ConfigOutcome =
  /** It isn't there yet. */
  | 'add'
  /** It has this value already. */
  | 'same'
  /** It has another value, which is replaced. */
  | 'replace'
  /** It has another value, which stays. */
  | 'kept'
  /** It isn't added, because a provider that it needs has another address. */
  | 'other-address';

export interface Wanted {
  readonly settings: readonly WantedSetting[];
  /** The providers at their addresses. */
  readonly endpoints: readonly { readonly id: string; readonly baseUrl: string }[];
}

export interface MergedConfig {
  readonly config: JsonObject;
  readonly changes: readonly ConfigChange[];
  /** The providers that have another address, so that nothing meant for them may go there. */
  readonly elsewhere: ReadonlySet<string>;
}

/** The configuration with the wanted settings. Other values that are there stay unless they are to be replaced. */
export function mergeIntoConfig(
  written: JsonObject,
  { settings, endpoints }: Wanted,
  isReplacing: boolean,
): MergedConfig {
  const first = mergeAll(
    written,
    settings.filter(({ kind }) => kind === 'provider'),
    { isReplacing, elsewhere: new Set() },
  );
  const ids = endpoints.filter(({ id, baseUrl }) => addressIn(first.config, id) !== baseUrl);
  const elsewhere = new Set(ids.map(({ id }) => id));
  const rest = settings.filter(({ kind }) => kind !== 'provider');
  const second = mergeAll(first.config, rest, { isReplacing, elsewhere });
  return { config: second.config, changes: [...first.changes, ...second.changes], elsewhere };
}

function addressIn(config: JsonObject, id: string): JsonValue | undefined {
  const row = BUILT_IN_PROVIDERS.find((each) => each.id === id);
  return valueAt(config, ['providers', id, 'baseUrl']) ?? row?.baseUrl;
}

function mergeAll(
  written: JsonObject,
  settings: readonly WantedSetting[],
  { isReplacing, elsewhere }: { isReplacing: boolean; elsewhere: ReadonlySet<string> },
): Pick<MergedConfig, 'config' | 'changes'> {
  const changes: ConfigChange[] = [];
  let config = written;
  for (const { kind, name, path, value: wanted, needs = [] } of settings) {
    if (needs.some((id) => elsewhere.has(id))) {
      changes.push({ kind, name, value: wanted, outcome: 'other-address' });
      continue;
    }
    const isHost = kind === 'local-host';
    const before = valueAt(config, path);
    const value = isHost ? withHost(before, wanted) : wanted;
    const outcome = outcomeOf(before, value, isHost || isReplacing);
    const shown = isHost && outcome === 'replace' ? 'add' : outcome;
    changes.push({ kind, name, value: wanted, outcome: shown });
    if (outcome === 'add' || outcome === 'replace') config = withValue(config, path, value);
  }
  return { config, changes };
}

function withHost(before: JsonValue | undefined, host: JsonValue): JsonValue {
  const hosts: readonly JsonValue[] = Array.isArray(before) ? before : [];
  return hosts.includes(host) ? hosts : [...hosts, host];
}

function outcomeOf(
  before: JsonValue | undefined,
  value: JsonValue,
  isReplacing: boolean,
): ConfigOutcome {
  if (before === undefined) return 'add';
  if (JSON.stringify(before) === JSON.stringify(value)) return 'same';
  return isReplacing ? 'replace' : 'kept';
}

function withValue(object: JsonObject, path: readonly string[], value: JsonValue): JsonObject {
  const [name = '', ...rest] = path;
  if (rest.length === 0) return { ...object, [name]: value };
  const inner = valueAt(object, [name]);
  return { ...object, [name]: withValue(isJsonObject(inner) ? inner : {}, rest, value) };
}
