import { whenReady } from '@postern/kernel';
import type { CallInput } from '../http/call-input.ts';
import type { GatewayDeps } from '../ports.ts';

const CLIENT_LEFT = 499;

/**
 * Logs the bodies of a call that is over. The store is asked again, because the key may no longer be debugged since
 * the call began.
 */
export function reportBodies(
  { keys, bodyLog }: Pick<GatewayDeps, 'keys' | 'bodyLog'>,
  { capture, grant, requestId, response }: CallInput,
): void {
  if (capture === undefined || bodyLog === undefined || keys.isDebugged === undefined) return;
  whenReady(
    keys.isDebugged(grant),
    (isDebugged) => {
      if (!isDebugged.ok || !isDebugged.value) return;
      const status = response.headersSent ? response.statusCode : CLIENT_LEFT;
      const bodies = capture.bodies((text) => bodyLog.redacted(text));
      bodyLog.write({ requestId, keyId: grant.keyId, status, ...bodies });
    },
    () => undefined,
  );
}
