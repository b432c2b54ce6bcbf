import type { Choice } from '../route/choose-provider.ts';
import type { Grant } from '../ports.ts';

/**
 * Whether a key may call a model by this name. A scope names a model as the client does, or as
 * `provider/model`, or all models of a provider as `provider/*`. The provider is the one that was chosen, never
 * the part of the name before a slash: `openai/x` can be the name of a model of another provider.
 */
export function allowsModel(
  { models }: Pick<Grant, 'models'>,
  name: string,
  { provider, model }: Pick<Choice, 'provider' | 'model'>,
): boolean {
  return (
    models === 'all' ||
    models.includes(name) ||
    models.includes(`${provider.id}/*`) ||
    models.includes(`${provider.id}/${model}`)
  );
}
