import { failed, ok, type Result } from '@postern/kernel';
import type { DialectId } from '@postern/protocol';
import { refusedModel } from '../keys/scopes.ts';
import type { GatewayDeps, Grant, KeyRefusalCode } from '../ports.ts';
import type { Alias } from './aliases.ts';
import { chooseOf, chooseProvider, type Choice, type ChoiceFailure } from './choose-provider.ts';
import { byRendezvous } from './rendezvous.ts';

export interface TargetsInput {
  /** The model's name in the request. */
  readonly name: string;
  readonly dialect: DialectId;
  readonly grant: Pick<Grant, 'models' | 'upstreams'>;
  /** A hash of the conversation. Called only if several targets share the conversations. */
  readonly conversation: () => number;
}

export interface TargetsFailure extends ChoiceFailure {
  /** Why the key may not call the model, if there is one. */
  readonly refusal?: KeyRefusalCode;
}

/**
 * Chooses the targets of a request that its key may use, in the order in which they are tried. The first one is
 * the conversation's home, which doesn't depend on the health of the providers.
 */
export function chooseTargets(
  input: TargetsInput,
  {
    providers,
    defaultProvider,
    routing,
  }: Pick<GatewayDeps, 'providers' | 'defaultProvider' | 'routing'>,
): Result<readonly Choice[], TargetsFailure> {
  const { name, dialect, grant } = input;
  const alias = routing.aliases.get(name);
  if (alias !== undefined) return targetsOf(alias, input, providers);
  const choice = chooseProvider(name, dialect, providers, defaultProvider);
  if (!choice.ok) return choice;
  const refusal = refusedModel(grant, name, choice.value);
  return refusal === undefined ? ok([choice.value]) : failed({ reason: 'model-unknown', refusal });
}

function targetsOf(
  { name, tiers }: Alias,
  { dialect, grant, conversation }: TargetsInput,
  providers: GatewayDeps['providers'],
): Result<readonly Choice[], TargetsFailure> {
  let refusal: KeyRefusalCode | undefined;
  const choices = tiers.flatMap((tier) => {
    const usable = tier.flatMap(({ id, weight, provider: providerId, model }) => {
      // The user may have removed an endpoint since.
      const provider = providers.get(providerId);
      const choice = provider === undefined ? undefined : chooseOf(provider, model, dialect);
      if (choice === undefined) return [];
      const refused = refusedModel(grant, name, choice);
      refusal ??= refused;
      return refused === undefined ? [{ id, weight, choice: { ...choice, alias: name } }] : [];
    });
    const ordered = usable.length < 2 ? usable : byRendezvous(usable, conversation());
    return ordered.map(({ choice }) => choice);
  });
  if (choices.length > 0) return ok(choices);
  return failed({ reason: 'model-unknown', ...(refusal !== undefined && { refusal }) });
}
