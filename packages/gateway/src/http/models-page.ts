import type { ModelEntry } from '@postern/dialects';
import { failed, ok, type Result } from '@postern/kernel';

export interface ModelsPage {
  readonly models: readonly ModelEntry[];
  /** Whether there are more in the direction of the request. */
  readonly hasMore: boolean;
}

export type PageFailure =
  /** `limit` isn't a number from 1 to 1000. */
  | { readonly reason: 'limit-invalid' }
  /** `after_id` or `before_id` isn't in the list. */
  | { readonly reason: 'page-unknown' };

const LIMIT = /^\d{1,4}$/;
const MAX_LIMIT = 1000;

/**
 * The part of a list that `limit`, `after_id` and `before_id` name, as in Anthropic's API. Without a limit it
 * is all the rest.
 *
 * @param query With its question mark, or empty.
 */
export function modelsPage(
  models: readonly ModelEntry[],
  query: string,
): Result<ModelsPage, PageFailure> {
  const fields = new URLSearchParams(query);
  const asked = fields.get('limit');
  const limit = asked === null ? models.length : Number(asked);
  if (asked !== null && (!LIMIT.test(asked) || limit < 1 || limit > MAX_LIMIT)) {
    return failed({ reason: 'limit-invalid' });
  }
  const after = fields.get('after_id');
  const before = fields.get('before_id');
  const start = after === null ? 0 : indexOf(models, after) + 1;
  const end = before === null ? models.length : indexOf(models, before);
  if ((after !== null && start === 0) || end === -1) return failed({ reason: 'page-unknown' });
  const range = models.slice(start, end);
  const page = before === null ? range.slice(0, limit) : range.slice(-limit);
  return ok({ models: page, hasMore: page.length < range.length });
}

function indexOf(models: readonly ModelEntry[], id: string): number {
  return models.findIndex((model) => model.id === id);
}
