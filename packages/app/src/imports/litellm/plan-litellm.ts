import {
  takeSecret,
  type FoundSecret,
  type ImportNote,
  type LitellmConfig,
  type SkipReason,
  type TellNote,
} from '@postern/importers';
import { secretName, type SecretName } from '@postern/protocol';
import { BUILT_IN_PROVIDERS } from '@postern/upstreams';
import { looksLikeKey } from '@postern/vault';
import { LitellmEndpoints, type PlannedEndpoint } from './litellm-endpoints.ts';
import type { Wanted, WantedSetting } from './merge-into-config.ts';
import { planAliases, type AliasEntry } from './plan-aliases.ts';

/** A secret whose value is neither in the file nor in the environment. */
export interface MissingSecret {
  readonly name: SecretName;
  /** The environment variable from which LiteLLM takes it. */
  readonly variable: string;
}

/** What a configuration of LiteLLM becomes in Postern. */
export interface LitellmPlan {
  readonly wanted: Wanted;
  readonly secrets: readonly FoundSecret[];
  readonly missing: readonly MissingSecret[];
  readonly notes: readonly ImportNote[];
}

/** Plans an import. Changes nothing. `variable` returns the value of an environment variable that may be read. */
export function planLitellm(
  config: LitellmConfig,
  variable: (name: string) => string | undefined,
): LitellmPlan {
  const notes = [...config.notes];
  const tell: TellNote = (path, kind, message) => notes.push({ path, kind, message });
  const hasSecret = secretFinder(config);
  const endpoints = new LitellmEndpoints({ variable, hasSecret, tell });
  const callable = config.models.flatMap((model) => {
    const target = endpoints.targetOf(model);
    return target === undefined ? [] : [{ model, target }];
  });
  const used = endpoints.all();
  const ids = new Set([...BUILT_IN_PROVIDERS, ...used].map(({ id }) => String(id)));
  const isProvider = (name: string): boolean => ids.has(name);
  const aliases = planAliases({ config, callable, isProvider, hasSecret, tell });
  const settings = [
    ...used.flatMap(providerSetting),
    ...endpoints.localHosts().map((name) => hostSetting(name)),
    ...[...aliases].map(([name, value]) => aliasSetting(name, value)),
    ...gatewaySettings(config, aliases, tell),
  ];
  return {
    wanted: { settings, endpoints: used.map(({ id, baseUrl }) => ({ id, baseUrl })) },
    ...secretsOf(used, variable, tell),
    notes: notes.map((note) => ({ ...note, path: maskedPath(note.path, hasSecret) })),
  };
}

/** Shorter ones, such as `none`, can be parts of any name. */
const MIN_SECRET_LENGTH = 8;

/** Finds texts that contain a secret of the file, or a key of a known form. */
function secretFinder({ secrets }: LitellmConfig): (text: string) => boolean {
  const long = secrets.filter(({ length }) => length >= MIN_SECRET_LENGTH);
  return (text) => looksLikeKey(text) || long.some((secret) => text.includes(secret));
}

/** A secret in place of a name of the file must not be printed. */
function maskedPath(path: string, hasSecret: (text: string) => boolean): string {
  const masked = path
    .split('.')
    .map((part) => (hasSecret(part) ? '[masked]' : part))
    .join('.');
  return hasSecret(masked) ? '[masked]' : masked;
}

const SKIPPED: Readonly<Partial<Record<SkipReason, string>>> = {
  empty: 'The key is empty.',
  'plan-token': "It is a subscription token, which only the provider's own programs may use.",
};

function secretsOf(
  endpoints: readonly PlannedEndpoint[],
  variable: (name: string) => string | undefined,
  tell: TellNote,
): Pick<LitellmPlan, 'secrets' | 'missing'> {
  const secrets: FoundSecret[] = [];
  const missing: MissingSecret[] = [];
  for (const { id, key, path } of endpoints) {
    if (key === undefined) continue;
    const text = key.kind === 'text' ? key.text : variable(key.name);
    if (text === undefined) {
      if (key.kind === 'variable') missing.push({ name: secretName.from(id), variable: key.name });
      continue;
    }
    const taken = takeSecret(id, text);
    if (taken.kind === 'secret') secrets.push(taken.secret);
    else {
      const message = SKIPPED[taken.skipped.why] ?? "It isn't a key.";
      tell(`${path}.litellm_params.api_key`, 'not-mapped', message);
    }
  }
  return { secrets, missing };
}

function providerSetting({ id, entry }: PlannedEndpoint): readonly WantedSetting[] {
  if (entry === undefined) return [];
  return [{ kind: 'provider', name: id, path: ['providers', id], value: entry }];
}

function hostSetting(name: string): WantedSetting {
  return { kind: 'local-host', name, path: ['localHosts'], value: name };
}

function aliasSetting(name: string, value: AliasEntry): WantedSetting {
  const needs = value.targets.map(({ model }) => model.slice(0, model.indexOf('/')));
  return { kind: 'alias', name, path: ['gateway', 'models', name], value, needs };
}

const MAX_ATTEMPTS = 20;
const DEFAULT_ATTEMPTS = 3;

/** Settings of the whole gateway. */
function gatewaySettings(
  { retries, timeoutSeconds, allowedFailures, cooldownSeconds }: LitellmConfig,
  aliases: ReadonlyMap<string, AliasEntry>,
  tell: TellNote,
): readonly WantedSetting[] {
  const settings: WantedSetting[] = [];
  const want = (name: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    settings.push({ kind: 'setting', name, path: name.split('.'), value });
  };
  // Every target of an alias must get its attempt.
  const tiers = [...aliases.values()].map(({ targets }) => targets.at(-1)?.priority ?? 1);
  const needed = Math.max(...tiers, (retries?.value ?? DEFAULT_ATTEMPTS - 1) + 1);
  if (retries !== undefined || needed > DEFAULT_ATTEMPTS) {
    want('gateway.retries.attempts', whole(needed, MAX_ATTEMPTS));
    const path = retries?.path ?? 'router_settings.num_retries';
    tell(path, 'changed', 'Postern counts all attempts of a request, also at fallbacks.');
  }
  if (allowedFailures !== undefined) {
    want('gateway.breaker.failures', whole(allowedFailures.value + 1, 1000));
    tell(allowedFailures.path, 'changed', 'Postern counts consecutive failures.');
  }
  if (timeoutSeconds !== undefined) {
    tell(timeoutSeconds.path, 'changed', "Postern's limit ends when the response begins.");
  }
  want('gateway.breaker.openFor', secondsOf(cooldownSeconds?.value));
  want('gateway.headTimeout', secondsOf(timeoutSeconds?.value));
  return settings;
}

function whole(number: number, most: number): number {
  return Math.min(Math.ceil(number), most);
}

/** A duration of the configuration, from 1 to 99999 seconds; undefined for none. */
function secondsOf(seconds: number | undefined): string | undefined {
  if (seconds === undefined || seconds <= 0) return undefined;
  return `${String(whole(seconds, 99_999))}s`;
}
