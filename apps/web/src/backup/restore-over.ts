import type { RestoreOutcome, RestoreRunInput } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { savePageSecret } from '../api/page-secret.ts';
import type { ApiResult } from '../api/request.ts';
import { refresh, whileRenewing } from '../session/session.ts';
import { follow } from './follow.ts';

/** Replaces what is here. Every session ends, so the page signs in again at once. */
export async function restoreOver(
  input: RestoreRunInput,
  options: Parameters<typeof follow>[2],
): Promise<ApiResult<RestoreOutcome>> {
  const restored = await whileRenewing(async () => {
    const outcome = await follow<RestoreOutcome>('/api/restores/run', input, options);
    if (!outcome.ok || outcome.value.launchCode === undefined) return outcome;
    const signedIn = await appApi.signIn(outcome.value.launchCode);
    if (signedIn.ok) savePageSecret(signedIn.value.secret);
    return outcome;
  });
  // The response may be lost although the session has ended.
  if (!restored.ok && restored.failure.reason !== 'refused') await refresh();
  return restored;
}

/** Everything that the page knows is of before, so it is loaded anew. */
export function goOnAfter({ report }: RestoreOutcome): void {
  if (report !== null) window.location.reload();
}
