import type { ModelAliases, ModelFacts } from '@postern/protocol';
import type { ProviderTable } from '@postern/upstreams';
import type { Share } from './rendezvous.ts';

/** A name of the operator's own for one or several models. */
export interface Alias {
  readonly name: string;
  readonly label: string;
  /** What the operator says about it. */
  readonly facts: ModelFacts;
  /** The targets, grouped by priority: the next group is used only while none of the earlier ones is available. */
  readonly tiers: readonly (readonly AliasTarget[])[];
}

export interface AliasTarget extends Share {
  readonly provider: string;
  /** The provider's own name. */
  readonly model: string;
}

export type Aliases = ReadonlyMap<string, Alias>;

export function aliasTable(models: ModelAliases): Aliases {
  return new Map(
    Object.entries(models).map(([name, { targets, label = name, ...facts }]) => {
      const priorities = [...new Set(targets.map(({ priority }) => priority))];
      const tiers = priorities
        .sort((one, other) => one - other)
        .map((wanted) => targets.filter(({ priority }) => priority === wanted).map(targetOf));
      return [name, { name, label, facts, tiers }];
    }),
  );
}

function targetOf({ model: id, weight }: ModelAliases[string]['targets'][number]): AliasTarget {
  const slash = id.indexOf('/');
  return { id, weight, provider: id.slice(0, slash), model: id.slice(slash + 1) };
}

/** An alias that can't work: the dotted path in the configuration, and what is wrong. */
export interface AliasProblem {
  readonly path: string;
  readonly problem: string;
}

/** What only the providers show about aliases. */
export function aliasProblems(
  models: ModelAliases,
  providers: Pick<ProviderTable, 'get'>,
): readonly AliasProblem[] {
  return Object.entries(models).flatMap(([name, { targets }]) => {
    const path = `gateway.models.${name}`;
    const [prefix = '', ...rest] = name.split('/');
    const hides = rest.length > 0 && providers.get(prefix) !== undefined;
    const ids = targets.map(({ model }) => model);
    return [
      ...(hides ? [{ path, problem: 'its name is a model of a provider' }] : []),
      ...ids.flatMap((id, index) => {
        const problem = targetProblem(id, ids.indexOf(id) < index, providers);
        return problem === undefined ? [] : [{ path: `${path}.targets.${index}.model`, problem }];
      }),
    ];
  });
}

function targetProblem(
  id: string,
  isRepeated: boolean,
  providers: Pick<ProviderTable, 'get'>,
): string | undefined {
  const provider = providers.get(id.slice(0, id.indexOf('/')));
  if (provider === undefined) return 'no provider has that name';
  if (provider.inProcess) return "the offline demo can't be called through the gateway";
  return isRepeated ? 'the same target twice' : undefined;
}
