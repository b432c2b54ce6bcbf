import { failed } from '@postern/kernel';
import type { RenewalAnswer, RenewalInput } from '@postern/protocol';
import { savePageSecret } from '../api/page-secret.ts';
import { request, type ApiResult } from '../api/request.ts';
import { isRemembered, rememberBrowser } from '../session/remembered-browser.ts';
import { applyState, refresh, whileRenewing } from '../session/session.ts';

/** Changes the passphrase or the recovery code, and continues with the new session. */
export async function renewVault(input: RenewalInput): Promise<ApiResult<RenewalAnswer>> {
  const renewed = await whileRenewing(async () => {
    const answer = await request<RenewalAnswer>('POST', '/api/vault/renew', input);
    if (answer.ok) savePageSecret(answer.value.secret);
    return answer;
  });
  if (!renewed.ok) {
    // The response may be lost although the session has ended.
    if (renewed.failure.reason !== 'refused') await refresh();
    return failed(renewed.failure);
  }
  applyState(renewed.value.state);
  // The change has forgotten every remembered browser.
  if (isRemembered()) await rememberBrowser();
  return renewed;
}
