import { failed, ok, type Result } from '@postern/kernel';
import type { DialectId, Provider, ProviderId } from '@postern/protocol';
import { dialectPath, type ProviderTable } from '@postern/upstreams';

export interface Choice {
  readonly provider: Provider;
  /** The provider's own name for the model, without the prefix. */
  readonly model: string;
  /** The dialect of the request to the provider: the called one if it speaks that, otherwise its own. */
  readonly dialect: DialectId;
  /** The provider's path for that dialect, below its base URL. */
  readonly path: string;
  /** The alias of which this is a target. Then the model's name comes from the configuration. */
  readonly alias?: string;
}

export interface ChoiceFailure {
  readonly reason: 'model-unknown';
}

/**
 * Chooses the provider of a model. `provider/model` names a configured provider. Any other name, even with
 * slashes, belongs to the default provider of the dialect.
 */
export function chooseProvider(
  name: string,
  dialect: DialectId,
  providers: Pick<ProviderTable, 'get'>,
  defaults: Readonly<Record<DialectId, ProviderId>>,
): Result<Choice, ChoiceFailure> {
  const slash = name.indexOf('/');
  const named = slash < 1 ? undefined : providers.get(name.slice(0, slash));
  const provider = named ?? providers.get(defaults[dialect]);
  const model = named === undefined ? name : name.slice(slash + 1);
  const choice =
    provider === undefined || model === '' ? undefined : chooseOf(provider, model, dialect);
  return choice === undefined ? failed({ reason: 'model-unknown' }) : ok(choice);
}

/** A model of a provider; undefined if the provider isn't called over HTTP. */
export function chooseOf(
  provider: Provider,
  model: string,
  dialect: DialectId,
): Choice | undefined {
  const spoken = dialectPath(provider, dialect) === undefined ? provider.dialect : dialect;
  const path = dialectPath(provider, spoken);
  return path === undefined ? undefined : { provider, model, dialect: spoken, path };
}
