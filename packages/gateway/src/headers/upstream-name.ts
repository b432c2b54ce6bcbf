import { refusedModel } from '../keys/scopes.ts';
import type { Grant } from '../ports.ts';
import type { Choice } from '../route/choose-provider.ts';

/** The response header that says which target of an alias responded: `provider/model`. */
export const UPSTREAM_HEADER = 'x-postern-upstream';

/**
 * Its value; undefined if the model wasn't called by an alias, or if the key may call only the alias: then the
 * targets behind it are the operator's business. The text comes from the configuration, never from a client.
 */
export function upstreamName(
  choice: Choice,
  grant: Pick<Grant, 'models' | 'upstreams'>,
): string | undefined {
  if (choice.alias === undefined) return undefined;
  const name = `${choice.provider.id}/${choice.model}`;
  return refusedModel(grant, name, choice) === undefined ? name : undefined;
}
