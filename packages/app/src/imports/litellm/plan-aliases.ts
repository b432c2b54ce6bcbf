import type { LitellmConfig, LitellmModel, TellNote } from '@postern/importers';
import type { JsonObject } from '@postern/kernel';
import { configProblems } from '@postern/protocol';
import type { PlannedTarget } from './litellm-endpoints.ts';

/** An entry of `gateway.models`. */
export interface AliasEntry extends JsonObject {
  readonly targets: readonly AliasTargetEntry[];
  /** Tokens. */
  readonly contextWindow?: number;
}

interface AliasTargetEntry extends JsonObject {
  readonly model: string;
  /** Default: 1. */
  readonly weight?: number;
  /** Default: 1. */
  readonly priority?: number;
}

/** An entry of `model_list` that Postern can call. */
export interface CallableModel {
  readonly model: LitellmModel;
  readonly target: PlannedTarget;
}

export interface AliasParts {
  readonly config: LitellmConfig;
  readonly callable: readonly CallableModel[];
  /** Whether a name is that of a provider in Postern. */
  readonly isProvider: (name: string) => boolean;
  /** Whether a text contains a secret of the file. */
  readonly hasSecret: (text: string) => boolean;
  readonly tell: TellNote;
}

interface Weighted {
  readonly model: string;
  readonly weight: number;
}

/** Targets of the same priority. */
type Tier = readonly Weighted[];

const MAX_WEIGHT = 1000;
const MAX_TARGETS = 50;

/** The aliases for the names that clients of LiteLLM call. */
export function planAliases(parts: AliasParts): ReadonlyMap<string, AliasEntry> {
  const groups = Map.groupBy(parts.callable, ({ model }) => model.name);
  const planned = new Map<string, AliasEntry>();
  for (const [name, members] of groups) {
    const [first] = members;
    if (first === undefined || isCalledDirectly(name, members, parts)) continue;
    const entry = aliasOf(name, groups, parts);
    if (isUsable(name, entry, first.model.path, parts)) planned.set(name, entry);
  }
  for (const [name, model] of parts.config.aliases) {
    const path = `router_settings.model_group_alias.${name}`;
    const members = groups.get(model);
    if (groups.has(name)) continue;
    if (members === undefined) {
      parts.tell(path, 'not-mapped', 'Postern has no target for the model that it names.');
      continue;
    }
    const entry = aliasOf(model, groups, parts);
    if (isUsable(name, entry, path, parts)) planned.set(name, entry);
  }
  noteUnknownFallbacks(groups, parts);
  return planned;
}

/** Whether clients call this name without an alias, or, with a note, can't call it at all. */
function isCalledDirectly(
  name: string,
  members: readonly CallableModel[],
  { tell, isProvider }: AliasParts,
): boolean {
  const paths = members.map(({ model }) => `${model.path}.model_name`);
  const note = (kind: 'not-needed' | 'not-mapped', message: string): true => {
    for (const path of paths) tell(path, kind, message);
    return true;
  };
  if (name.includes('*')) {
    return members.every(({ target }) => target.id === name)
      ? note('not-needed', 'Clients call each model of a provider as provider/model.')
      : note('not-mapped', 'An alias has one name. Clients call other models as provider/model.');
  }
  const [prefix = '', ...rest] = name.split('/');
  if (rest.length === 0 || !isProvider(prefix)) return false;
  return members.length === 1 && members[0]?.target.id === name
    ? note('not-needed', 'Clients call each model of a provider as provider/model.')
    : note('not-mapped', 'An alias must not have the name of a model of a provider.');
}

type Groups = ReadonlyMap<string, readonly CallableModel[]>;

/** The targets of a model, and then those of each model that is called when it fails. */
function aliasOf(name: string, groups: Groups, parts: AliasParts): AliasEntry {
  const { fallbacks } = parts.config;
  const next = (fallbacks.get(name) ?? fallbacks.get('*'))?.models ?? [];
  const names = [name, ...next.filter((each) => each !== name)];
  const tiers = names.flatMap((each) => tiersOf(groups.get(groupOf(each, parts)) ?? [], parts));
  const seen = new Set<string>();
  const targets = tiers
    .map((tier) => {
      const added = tier.filter(({ model }) => !seen.has(model));
      for (const { model } of added) seen.add(model);
      return added;
    })
    .filter((tier) => tier.length > 0)
    .flatMap((tier, at) =>
      tier.map(({ model, weight }) => ({
        model,
        ...(weight !== 1 && { weight }),
        ...(at > 0 && { priority: at + 1 }),
      })),
    );
  if (targets.length > MAX_TARGETS) {
    const path = groups.get(name)?.[0]?.model.path ?? name;
    parts.tell(path, 'changed', `An alias has at most ${String(MAX_TARGETS)} targets.`);
  }
  const windows = (groups.get(name) ?? []).flatMap(({ model }) => model.contextWindow ?? []);
  const contextWindow = Math.min(...windows);
  return {
    targets: targets.slice(0, MAX_TARGETS),
    ...(windows.length > 0 && Number.isSafeInteger(contextWindow) && { contextWindow }),
  };
}

function groupOf(name: string, { config }: AliasParts): string {
  return config.aliases.get(name) ?? name;
}

/** `order` becomes the priority. Models without it come after those that have it. */
function tiersOf(members: readonly CallableModel[], { tell }: AliasParts): readonly Tier[] {
  const groups = Map.groupBy(members, ({ model }) => model.order ?? Infinity);
  return [...groups]
    .toSorted(([one], [other]) => one - other)
    .map(([, tier]) => {
      const shares = sharesOf(tier.map(({ model }) => model));
      for (const { model } of tier.filter(({ model }) => model.weight === 0)) {
        tell(`${model.path}.litellm_params.weight`, 'changed', 'The lowest weight is 1.');
      }
      const weights = new Map<string, number>();
      for (const [at, { target }] of tier.entries()) {
        weights.set(target.id, (weights.get(target.id) ?? 0) + (shares[at] ?? 1));
      }
      return scaled([...weights].map(([model, weight]) => ({ model, weight })));
    });
}

/** As LiteLLM does: by `weight`, otherwise by `rpm`, otherwise by `tpm`, otherwise the same for all. */
function sharesOf(tier: readonly LitellmModel[]): readonly number[] {
  const fields = ['weight', 'requestsPerMinute', 'tokensPerMinute'] as const;
  const field = fields.find((name) => tier.some((model) => model[name] !== undefined));
  return tier.map((model) => (field === undefined ? 1 : (model[field] ?? 0)));
}

/** The weights as whole numbers from 1 to 1000, in the same proportions if possible. */
function scaled(tier: Tier): Tier {
  const whole = tier.map(({ weight }) => Math.round(weight * 1000));
  const divisor = whole.reduce(greatestCommonDivisor, 0) || 1;
  const highest = Math.max(...whole) / divisor;
  const factor = highest > MAX_WEIGHT ? MAX_WEIGHT / highest : 1;
  return tier.map(({ model }, at) => {
    const weight = Math.round(((whole[at] ?? 0) / divisor) * factor);
    return { model, weight: Math.max(1, weight) };
  });
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

/** Whether the configuration accepts the alias. Notes it if not. */
function isUsable(
  name: string,
  entry: AliasEntry,
  path: string,
  { tell, hasSecret }: AliasParts,
): boolean {
  // The configuration contains no secret, and its names are printed.
  if ([name, ...entry.targets.map(({ model }) => model)].some(hasSecret)) {
    tell(path, 'not-mapped', 'It has a key in place of a name.');
    return false;
  }
  const problems = configProblems({ gateway: { models: { [name]: entry } } });
  if (problems.length === 0) return true;
  const isName = problems.some(({ problem }) => problem === 'not a usable name');
  const message = isName
    ? 'An alias has up to 200 letters, digits and .:/@+~_- only.'
    : "Its target isn't a valid name of a model.";
  tell(path, 'not-mapped', message);
  return false;
}

function noteUnknownFallbacks(groups: Groups, parts: AliasParts): void {
  for (const [name, { path, models }] of parts.config.fallbacks) {
    const names = name === '*' ? models : [name, ...models];
    if (names.every((each) => groups.has(groupOf(each, parts)))) continue;
    parts.tell(path, 'not-mapped', 'Postern has no target for one of the models that it names.');
  }
}
