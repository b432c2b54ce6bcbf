import type { GatewayDeps } from '@postern/gateway';
import type { Clock, Result } from '@postern/kernel';
import type { Provider, ProviderId } from '@postern/protocol';

type Models = Awaited<ReturnType<GatewayDeps['models']['modelsOf']>>;

export interface ModelListsParts {
  readonly clock: Clock;
  /** Requests the provider's list. Undefined if it can't be requested, as while the vault is locked. */
  readonly request: (provider: Provider) => Promise<Result<Models, unknown> | undefined>;
}

const HELD_MS = 300_000;
/** After a failure a list is requested again sooner, but not for every client's request. */
const RETRIED_AFTER_MS = 5000;

export type ModelLists = GatewayDeps['models'] & {
  /** Requests every list again. */
  forget(): void;
  /** Whether the last list of a provider has the model. */
  isListed(provider: ProviderId, model: string): boolean;
};

interface Held {
  readonly models: Models;
  readonly untilMs: number;
}

/**
 * Requests the providers' model lists at most every five minutes. If that fails, the last list is used, or the
 * models in the provider table if there is none.
 */
export function heldModelLists({ clock, request }: ModelListsParts): ModelLists {
  const held = new Map<string, Held>();
  return {
    forget: () => {
      held.clear();
    },
    isListed: (provider, model) =>
      held.get(provider)?.models.some(({ id }) => id === model) === true,
    modelsOf: async (provider) => {
      const recent = held.get(provider.id);
      if (recent !== undefined && recent.untilMs > clock.monotonicMs()) return recent.models;
      const listed = await request(provider);
      if (listed === undefined) return [];
      const models = listed.ok ? listed.value : (recent?.models ?? inTable(provider));
      const heldMs = listed.ok ? HELD_MS : RETRIED_AFTER_MS;
      held.set(provider.id, { models, untilMs: clock.monotonicMs() + heldMs });
      return models;
    },
  };
}

function inTable({ models }: Provider): Models {
  return models.map((id) => ({ id, label: id }));
}
